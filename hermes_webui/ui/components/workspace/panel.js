// The workspace beside the conversation: its folder, its files, what has changed, a terminal; on a phone it covers the page.

import { useEffect } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { BESIDE } from '../../page/workspace.js';
import { Cabinet } from '../../page/workspace/cabinet.js';
import { nameOf } from '../../state/paths.js';
import { t } from '../../words/words.js';
import { toComposer, toReading } from '../focus.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { late } from '../late.js';
import { Browser } from './browser.js';
import { CabinetContext, useCabinet } from './cabinet.js';
import { Changes } from './changes.js';
import { Chooser, NoFolder } from './chooser.js';
import { Edge } from './edge.js';
import { Paper } from './paper.js';
import { Tabs } from './tabs.js';

const Terminal = late(() => import('./terminal.js'), 'Terminal');

export function WorkspacePanel() {
  const page = usePage();
  page.workspace.cabinet ??= new Cabinet(page); // it outlives the panel: what was open is there when it is opened again
  const { cabinet } = page.workspace;
  const beside = matchMedia(BESIDE).matches;
  useEffect(() => {
    cabinet.folders.load();
    cabinet.refresh();
    if (!beside) requestAnimationFrame(() => document.querySelector('.ws-close')?.focus());
  }, []);
  const leave = (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    if (!matchMedia(BESIDE).matches) page.workspace.toggle(false);
    else toComposer();
  };
  return html`
    <${CabinetContext.Provider} value=${cabinet}>
      <aside class="workspace" aria-label=${t('workspace.title')} onKeyDown=${leave}>
        <${Edge} /><${Head} /><${Body} />
      </aside>
    <//>
  `;
}

function Head() {
  const page = usePage();
  const { workspace } = page;
  const cabinet = useCabinet();
  const choosing = cabinet.choosing.value;
  const name = nameOf(cabinet.folder.value);
  const close = () => {
    workspace.toggle(false);
    requestAnimationFrame(() => (document.querySelector('.workspace-button') ?? toReading())?.focus?.());
  };
  return html`
    <header class="ws-head">
      <button type="button" class="quiet ws-folder" title=${cabinet.folder.value || t('workspace.choose')} aria-expanded=${choosing ? 'true' : 'false'}
        aria-label=${name ? t('workspace.folder-is', { name }) : t('workspace.choose')}
        onClick=${() => { cabinet.choosing.value = !choosing; }}>
        <${Icon} name="folder" /><span>${name || t('workspace.title')}</span><${Icon} name="expand" /></button>
      <button type="button" class="quiet ws-close" aria-label=${t('workspace.close')} title=${page.commands.withKeys(t('workspace.close'), 'mod+shift+e')}
        onClick=${close}><${Icon} name="close" /></button>
    </header>
  `;
}

function Body() {
  const cabinet = useCabinet();
  if (cabinet.choosing.value) return html`<${Chooser} />`;
  if (!cabinet.ready.value) return html`<${NoFolder} />`;
  return html`<${Tabs} /><${Parts} />`;
}

const LISTS = { files: Browser, changes: Changes };

/** The list and the file that was opened from it: side by side where there is room, else the file over the list. */
function Parts() {
  const cabinet = useCabinet();
  const view = cabinet.view.value;
  const shown = cabinet.paper.shown.value;
  if (view === 'terminal') return html`<div class="ws-parts alone" role="tabpanel" aria-labelledby="ws-tab-terminal"><${Terminal} /></div>`;
  const List = LISTS[view];
  return html`
    <div class=${`ws-parts ${shown ? 'with-paper' : ''}`} role="tabpanel" aria-labelledby=${`ws-tab-${view}`}>
      <div class="ws-list"><${List} /></div>
      ${shown && html`<${Paper} key=${`${shown.path ?? ''}${shown.patch === undefined ? '' : '\n'}${shown.commit?.id ?? ''}`} shown=${shown} />`}
    </div>
  `;
}
