// Which folders may be workspaces, and whether there are terminals.

import { useEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { Said, Switch, useRequest } from './fields.js';
import { Trash } from './trash.js';

export function Workspace() {
  const { api, workspace } = usePage();
  const [told, setTold] = useState(null);
  const [busy, said, run] = useRequest();
  useEffect(() => { run(async () => setTold(await api.get('/api/workspace/roots'))); }, []);
  const change = (wish) => run(async () => {
    setTold(await api.post('/api/workspace/roots', wish));
    workspace.cabinet?.folders.load(); // an open panel shows what there is now
  });
  return html`
    ${told && html`<${Roots} told=${told} change=${change} busy=${busy} />`}
    <${Said} said=${said} busy=${busy} />
    ${told && html`<${Switch} name=${t('workspace.terminal')} hint=${t(told.terminal_from ? 'settings.terminal-fixed' : 'settings.terminal-hint')} on=${told.terminal}
      disabled=${busy || Boolean(told.terminal_from)} change=${(terminal) => change({ terminal })} />`}
    ${told && html`<${Trash} />`}
  `;
}

function Roots({ told, change, busy }) {
  const field = useRef(null);
  const own = told.roots.filter(({ from }) => from !== 'config.toml').map(({ path }) => path); // the server's own stays, when others come
  const add = async (event) => {
    event.preventDefault();
    await change({ roots: [...own, field.current.value.trim()] });
    field.current.value = '';
  };
  return html`
    <div class="setting"><p class="setting-name">${t('settings.roots')}<span class="hint">${t('settings.roots-hint')}</span></p>
      <ul class="providers">${told.roots.map(({ path, name, from }) => html`
        <li key=${path} class="provider"><div class="provider-head"><span class="provider-mark"><${Icon} name="folder" /></span>
          <div class="provider-name"><h3>${name || path}</h3><p class="hint" dir="ltr">${path}</p></div>
          ${from === 'page' ? html`<button type="button" class="quiet" disabled=${busy} aria-label=${t('settings.root-remove', { path })} title=${t('settings.root-remove', { path })}
            onClick=${() => change({ roots: own.filter((one) => one !== path) })}><${Icon} name="close" /></button>` : html`<span class="hint">${from || t('settings.root-first')}</span>`}
        </div></li>`)}</ul>
      <form class="provider-form" onSubmit=${add}><label for="new-root">${t('settings.root-path')}</label>
        <input ref=${field} id="new-root" class="field" dir="ltr" required spellcheck=${false} autocomplete="off" />
        <div class="provider-buttons"><button type="submit" class="secondary" disabled=${busy}>${t('settings.root-add')}</button></div></form></div>
  `;
}
