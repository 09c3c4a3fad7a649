// What was deleted in workspaces: how much it is, how long it stays, the way back, and the end of it.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { nameOf } from '../../state/paths.js';
import { locale, t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { bytes } from '../workspace/size.js';
import { Said, useRequest } from './fields.js';

export function Trash() {
  const { api, workspace } = usePage();
  const [told, setTold] = useState(null);
  const [busy, said, run] = useRequest();
  useEffect(() => { run(async () => setTold(await api.get('/api/workspace/trash'))); }, []);
  const restore = (trash_id) => run(async () => {
    const answer = await api.post('/api/workspace/trash/restore', { trash_id });
    setTold(answer);
    workspace.cabinet?.refresh();
    return t('settings.trash-restored', answer);
  });
  const empty = () => {
    const count = told.entries.length + told.more;
    if (!confirm(t('settings.trash-ask', { count, size: bytes(told.size) }))) return;
    run(async () => setTold(await api.post('/api/workspace/trash/empty', {})), t('settings.trash-emptied'));
  };
  return html`
    <section class="setting" aria-labelledby="trash-name">
      <p class="setting-name" id="trash-name">${t('settings.trash')}<span class="hint">${told && hintOf(told)}</span></p>
      ${told?.entries.length > 0 && html`
        <ul class="providers">${told.entries.map((one) => html`<${Entry} key=${one.trash_id} one=${one} restore=${restore} busy=${busy} />`)}</ul>
        ${told.more > 0 && html`<p class="hint">${t('settings.trash-more', { count: told.more })}</p>`}
        <div class="provider-buttons"><button type="button" class="secondary" disabled=${busy} onClick=${empty}><${Icon} name="trash" />${t('settings.trash-empty')}</button></div>`}
      <${Said} said=${said} busy=${busy} />
    </section>
  `;
}

function hintOf({ entries, more, size, days }) {
  const count = entries.length + more;
  const stays = days ? t('settings.trash-days', { count: days }) : t('settings.trash-stays');
  return `${count ? t('settings.trash-holds', { count, size: bytes(size) }) : t('settings.trash-none')} ${stays}`;
}

function Entry({ one, restore, busy }) {
  const { trash_id, root, path, at, kind, size } = one;
  const name = path ? nameOf(path) : trash_id;
  const when = at ? new Date(at * 1000).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' }) : '';
  return html`
    <li class="provider"><div class="provider-head"><span class="provider-mark"><${Icon} name=${kind === 'folder' ? 'folder' : 'file'} /></span>
      <div class="provider-name"><h3 dir="auto">${name}</h3>
        <p class="hint">${path ? html`<span dir="ltr">${root}/${path}</span>` : t('settings.trash-unknown')}</p><p class="hint">${[when, bytes(size)].filter(Boolean).join(' · ')}</p></div>
      ${path && html`<button type="button" class="secondary small" disabled=${busy} aria-label=${t('settings.trash-restore-of', { name })} onClick=${() => restore(trash_id)}>${t('settings.trash-restore')}</button>`}
    </div></li>
  `;
}
