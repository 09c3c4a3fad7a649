// Every key that does something here, from the register of commands and what the fields do by themselves.

import { usePage } from '../page/page.js';
import { GROUPS } from '../page/commands.js';
import { steerKeys } from '../state/commands.js';
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
  const withKeys = commands.all.filter((command) => command.keys);
  return html`
    <${Dialog} label=${t('palette.keys')} className="keyboard-map" close=${close}>
      <header class="dialog-head"><h2>${t('palette.keys')}</h2>
        <button type="button" class="quiet" aria-label=${t('app.close')} onClick=${close} autofocus><${Icon} name="close" /></button></header>
      <div class="keyboard-groups" tabindex="0" role="region" aria-label=${t('palette.keys')}>
        <${Group} name=${t('palette.field-keys')} rows=${fieldKeys(preferences.of('sendKey').value)} />
        ${GROUPS.map((group) => html`
          <${Group} key=${group} name=${t(`palette.group-${group}`)}
            rows=${withKeys.filter((command) => command.group === group).map(({ title, keys }) => [title(), keys])} />`)}
      </div>
    <//>
  `;
}

const fieldKeys = (sendKey) => [
  [t('palette.send'), sendKey === 'enter' ? 'Enter' : 'mod+Enter'],
  [t('palette.steer'), steerKeys(sendKey)],
  [t('palette.line'), sendKey === 'enter' ? 'shift+Enter' : 'Enter'],
  [t('palette.walk'), 'ArrowDown'],
];

function Group({ name, rows }) {
  if (!rows.length) return null;
  return html`
    <section><h3>${name}</h3>
      <dl>${rows.map(([title, keys]) => html`<div key=${title}><dt>${title}</dt><dd><${Keys} keys=${keys} /></dd></div>`)}</dl>
    </section>
  `;
}
