// How many rows are chosen, and what can be done to all of them.

import { usePage } from '../page/page.js';
import { none } from '../state/selection.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function SelectionBar() {
  const { directory, filing, purging, store } = usePage();
  const { ids } = directory.selection.value;
  const { view } = store.list.value;
  const rows = directory.rows([...ids]);
  const count = rows.length;
  const end = () => { directory.selection.value = none; };
  const then = (work) => () => {
    end();
    work();
  };
  const menu = (name) => ({ currentTarget }) => directory.openMenu({ view: name, ids: [...ids], at: currentTarget });
  const pinned = rows.every((row) => row.pinned);
  const actions = view === 'trash' ? [
    ['retry', t('list.restore'), then(() => filing.restore(rows))],
    ['trash', t('list.purge'), () => purging.ask(rows)],
  ] : [
    ['pin', pinned ? t('list.unpin') : t('list.pin'), () => filing.pin(rows, !pinned)],
    ['folder', t('list.move'), menu('move')],
    ['tag', t('list.tags'), menu('tags')],
    ['archive', view === 'archive' ? t('list.unarchive') : t('list.archive'), then(() => filing.archive(rows, view !== 'archive'))],
    ['trash', t('list.delete'), then(() => filing.remove(rows))],
  ];
  return html`
    <div class="selection-bar" role="toolbar" aria-label=${t('list.selection')}>
      <span class="selection-count" role="status">${count}<span class="away">${t('list.count', { count })}</span></span>
      ${actions.map(([icon, name, run]) => html`
        <button type="button" class="quiet" key=${icon} aria-label=${name} title=${name} onClick=${run}><${Icon} name=${icon} /></button>`)}
      <button type="button" class="quiet" aria-label=${t('list.end-selection')} title=${t('list.end-selection')} onClick=${end}><${Icon} name="close" /></button>
    </div>
  `;
}
