// Every key that does something here, from the register of commands and what the fields do by themselves.

import { usePage } from '../page/page.js';
import { drawnMap } from '../state/keyboard.js';
import { t } from '../words/words.js';
import { Dialog } from './dialog.js';
import { html } from './html.js';
import { Icon } from './icon.js';

/** What is printed on the keys. */
export function Keys({ keys }) {
  const { commands } = usePage();
  return html`<span class="keys">${commands.names(keys).map((name) => html`<kbd key=${name}>${name}</kbd>`)}</span>`;
}

export function KeyboardMap({ close }) {
  const { commands, preferences } = usePage();
  const groups = drawnMap(preferences.of('sendKey').value, commands.all, t);
  return html`
    <${Dialog} label=${t('palette.keys')} className="keyboard-map" close=${close}>
      <header class="dialog-head"><h2>${t('palette.keys')}</h2>
        <button type="button" class="quiet" aria-label=${t('app.close')} onClick=${close}><${Icon} name="close" /></button></header>
      <div class="keyboard-groups" tabindex="0" role="region" aria-label=${t('palette.keys')} autofocus>
        <div class="keyboard-columns">${groups.map((group) => html`<${Group} key=${group.id} group=${group} />`)}</div>
      </div>
    <//>
  `;
}

/** Keys that stand beside one another mean the same, or the same in the other direction. */
const Group = ({ group: { id, word, rows } }) => html`
  <section><h3>${t(word)}</h3>
    <dl>${rows.map((row) => html`
      <div key=${row.id} data-keys=${`${id}:${row.id}`}><dt>${row.title}</dt><dd>${row.keys.map((keys) => html`<${Keys} key=${keys} keys=${keys} />`)}</dd></div>`)}</dl>
  </section>
`;
