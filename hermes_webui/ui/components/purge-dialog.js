// Whether something shall be deleted for good, and how far that has come. The way out has the focus, and Esc is one.

import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { Dialog } from './dialog.js';
import { html } from './html.js';

export function PurgeDialog() {
  const { purging } = usePage();
  const asked = purging.asked.value;
  if (!asked) return null;
  const { rows, empties, done, working } = asked;
  const title = titleOf(rows, empties);
  const close = () => purging.close();
  const begin = ({ currentTarget: pressed }) => {
    pressed.previousElementSibling.focus(); // it goes away itself, and what is left is the way to stop
    purging.run();
  };
  return html`
    <${Dialog} label=${title} about="purge-about" className="purge-dialog" close=${close}>
      <h2 dir="auto">${title}</h2>
      <div id="purge-about">
        <p>${whatOf(rows)} ${t('list.purge-undone')}</p>
        ${rows.some((row) => row.read_only) && html`<p>${t('list.purge-hermes')}</p>`}
        <p class="hint">${t('list.purge-copies')}</p>
      </div>
      ${working && html`<${Way} done=${done} count=${rows.length} />`}
      <div class="purge-foot">
        <button type="button" class="secondary" onClick=${close} autofocus>${t(working ? 'list.purge-stop' : 'composer.cancel')}</button>
        ${!working && html`<button type="button" class="primary final" onClick=${begin}>${t('list.purge-now')}</button>`}
      </div>
    <//>
  `;
}

function Way({ done, count }) {
  const told = t('list.purge-way', { done, count });
  return html`<p class="purge-way" role="status"><progress max=${count} value=${done} aria-label=${told}></progress><span>${told}</span></p>`;
}

function titleOf(rows, empties) {
  const count = rows.length;
  return t(empties ? 'list.purge-empty-title' : 'list.purge-title', { count, title: rows[0].title || t('list.untitled') });
}

/** What goes: one with its messages, or many with theirs. */
function whatOf(rows) {
  const messages = rows.reduce((sum, row) => sum + (row.message_count ?? 0), 0);
  return t(rows.length === 1 ? 'list.purge-one-goes' : 'list.purge-many-go', { count: messages });
}
