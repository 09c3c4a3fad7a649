// Files: search, the buttons of the tree, the tree or what was found in its place, and what is on its way up.

import { useEffect, useRef, useState } from 'preact/hooks';
import { joined } from '../../state/paths.js';
import { isFolder } from '../../state/tree.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { useCabinet } from './cabinet.js';
import { EntryMenu } from './entry-menu.js';
import { FileTree } from './tree.js';
import { Found } from './found.js';
import { NameField } from './name-field.js';

export function Browser() {
  const cabinet = useCabinet();
  const { seeking, entries } = cabinet;
  const making = entries.making.value;
  const [over, setOver] = useState(false);
  const seeks = Boolean(seeking.query.value.trim());
  return html`
    <${Search} />
    <div class=${`ws-drop ${over ? 'over' : ''}`} ...${dropping(cabinet, setOver)}>
      ${!seeks && html`<${Tools} />`}
      ${making && html`<${Making} key=${`${making.kind} ${making.folder}`} making=${making} />`}
      ${seeks ? html`<${Found} />` : html`<${FileTree} />`}
      ${over && html`<p class="ws-over"><${Icon} name="upload" />${t('workspace.drop')}</p>`}
    </div>
    <${Uploads} /><${EntryMenu} />
  `;
}

/** By name or in the text; arrow keys go through what was found, Enter opens it. */
function Search() {
  const cabinet = useCabinet();
  const { seeking } = cabinet;
  const field = useRef(null);
  const wish = cabinet.focus.value;
  useEffect(() => {
    if (wish?.to !== 'search') return;
    field.current.select();
    field.current.focus();
    cabinet.focus.value = null;
  }, [wish]);
  const pressed = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) seeking.step(by);
    else if (event.key === 'Enter') seeking.open();
    else if (event.key === 'Escape' && seeking.query.peek()) seeking.search('');
    else return;
    event.preventDefault();
  };
  const hits = seeking.found.value?.hits.length ?? 0;
  return html`
    <div class="ws-search" role="search">
      <${Icon} name="search" />
      <input ref=${field} type="search" role="combobox" value=${seeking.query.value} aria-label=${t('workspace.search')} placeholder=${t('workspace.search')}
        aria-expanded=${hits ? 'true' : 'false'} aria-controls="ws-found" aria-autocomplete="list" spellcheck=${false}
        aria-activedescendant=${hits ? `ws-hit-${seeking.at.value}` : undefined} onInput=${({ target }) => seeking.search(target.value)} onKeyDown=${pressed} />
      <button type="button" class="ws-within" aria-pressed=${seeking.within.value === 'text' ? 'true' : 'false'} title=${t('workspace.in-text')}
        onClick=${() => seeking.search(seeking.query.peek(), seeking.within.peek() === 'text' ? 'names' : 'text')}>${t('workspace.in-text')}</button>
    </div>
  `;
}

function Tools() {
  const { entries, explorer, refresh } = useTools();
  const input = useRef(null);
  const chosen = ({ target }) => {
    entries.upload([...target.files]);
    target.value = '';
  };
  const tool = (icon, words, run) => html`
    <button type="button" class="quiet" aria-label=${words} title=${words} onClick=${run}><${Icon} name=${icon} /></button>`;
  return html`
    <div class="ws-tools" role="group" aria-label=${t('workspace.tools')}>
      <input ref=${input} type="file" multiple hidden onChange=${chosen} />
      ${tool('new-file', t('workspace.new-file'), () => entries.begin('file', explorer.here))}
      ${tool('new-folder', t('workspace.new-folder'), () => entries.begin('folder', explorer.here))}
      ${tool('upload', t('workspace.upload'), () => input.current.click())}
      ${tool('retry', t('workspace.refresh'), refresh)}
    </div>
  `;
}

function useTools() {
  const cabinet = useCabinet();
  return { entries: cabinet.entries, explorer: cabinet.explorer, refresh: () => cabinet.refresh() };
}

/** The name of what is to be made, and where. */
function Making({ making }) {
  const { entries } = useCabinet();
  const words = t(making.kind === 'file' ? 'workspace.new-file' : 'workspace.new-folder');
  return html`
    <div class="ws-making"><${Icon} name=${making.kind === 'file' ? 'new-file' : 'new-folder'} />
      <${NameField} label=${making.folder ? t('workspace.new-in', { what: words, folder: making.folder }) : words} hint=${joined(making.folder, '')} name=""
        take=${(name) => entries.make(name)} leave=${() => { entries.making.value = null; }} /></div>
  `;
}

function Uploads() {
  const { entries } = useCabinet();
  const uploads = entries.uploads.value;
  return uploads.length > 0 && html`
    <ul class="ws-uploads" aria-label=${t('workspace.uploads')}>
      ${uploads.map(({ key, name, part, error }) => html`
        <li key=${key} class=${error ? 'failed' : ''}><span dir="auto">${name}</span>
          ${error ? html`<span class="ws-fault" role="alert">${error}</span>` : html`<progress max="1" value=${part} aria-label=${t('workspace.uploading', { name })}></progress>`}
          <button type="button" class="quiet" aria-label=${t('workspace.stop-upload', { name })} onClick=${() => entries.dismiss(key)}><${Icon} name="close" /></button></li>`)}
    </ul>
  `;
}

const hasFiles = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes('Files');

/** Files that are dropped on a folder go into it; elsewhere, into the workspace itself. */
function dropping({ entries, explorer }, setOver) {
  return {
    onDragOver: (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event) => { if (!event.currentTarget.contains(event.relatedTarget)) setOver(false); },
    onDrop: (event) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      const row = explorer.tree.row(Number(event.target.closest('[data-row]')?.dataset.row ?? -1));
      entries.upload([...event.dataTransfer.files], isFolder(row?.entry) ? row.path : row?.folder ?? '');
    },
  };
}
