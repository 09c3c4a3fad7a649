// A file beside the tree: what it is called, what can be done with it, and what is in it, each kind in its way.

import { useEffect, useRef } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { nameOf, parentOf } from '../../state/paths.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { late } from '../late.js';
import { Markdown } from '../markdown.js';
import { styled } from '../styled.js';
import { useCabinet } from './cabinet.js';
import { CodeView } from './code-view.js';
import { bytes } from './size.js';

const Editor = late(() => import('./editor.js'), 'Editor');
const CsvTable = late(() => import('./csv-table.js'), 'CsvTable');
const Patch = late(() => import('./patch.js'), 'Patch');
const Commit = late(() => import('./commit.js'), 'Commit');
const Conflict = late(() => import('./patch.js'), 'Conflict');
const PdfView = late(() => styled('pdf', import('../pdf-view.js')), 'PdfView');

const TEXTS = new Set(['text', 'markdown', 'csv']);
const isText = ({ file }) => TEXTS.has(file?.kind);
const titleOf = ({ path, commit }) => (path === undefined ? commit.subject || commit.id.slice(0, 7) : nameOf(path));

export function Paper({ shown }) {
  const { paper } = useCabinet();
  useEffect(() => { if (isText(shown)) Editor.fetch(); }, [shown.file?.kind]); // before the first key is typed into it
  const box = useRef(null);
  const keys = (event) => {
    const mod = event.ctrlKey || event.metaKey;
    if (mod && !event.shiftKey && event.key.toLowerCase() === 's') paper.save();
    else if (event.key === 'Escape' && !event.defaultPrevented) leave(paper, () => paper.back());
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  useEffect(() => keepFocus(box.current), []);
  useEffect(() => { if (shown.line !== null && shown.line !== undefined) box.current.querySelector('.ws-paper-body')?.focus({ preventScroll: true }); }, [shown.at]);
  return html`
    <section class="ws-paper" ref=${box} aria-label=${titleOf(shown)} onKeyDown=${keys}>
      <${Head} shown=${shown} /><${Notes} shown=${shown} /><${Body} shown=${shown} />
    </section>
  `;
}

/** Where the paper lies over its list, what was pressed there is gone, and the focus would be nowhere. */
function keepFocus(box) {
  const lost = !document.activeElement?.checkVisibility() || document.activeElement === document.body;
  if (lost) box.querySelector('.ws-back')?.focus({ preventScroll: true });
}

/** Escape ends the reading of an editor before it leaves the paper. What is typed is kept. */
function leave(paper, goes) {
  const { editing, text } = paper.shown.peek();
  return editing && text === undefined ? paper.read() : away(paper, goes);
}

/** Back to the list, and there to what was opened. */
function away(paper, goes) {
  const { commit } = paper.shown.peek();
  goes();
  const ways = ['.ws-record', commit && `.ws-commit[data-commit="${commit.id}"]`, '.ws-tree, .ws-changes', '.ws-close'].filter(Boolean);
  requestAnimationFrame(() => ways.map((way) => document.querySelector(way)).find(Boolean)?.focus());
}

function Head({ shown }) {
  const { paper } = useCabinet();
  const { path = '', file, text, patch, commit } = shown;
  const folder = parentOf(path);
  const deep = Boolean(commit && path);
  const back = t(deep ? 'workspace.back-to-commit' : 'workspace.back');
  return html`
    <header class="ws-paper-head">
      <button type="button" class=${`quiet ws-back ${deep ? 'deep' : ''}`} aria-label=${back} title=${back} onClick=${() => away(paper, () => paper.back())}><${Icon} name="left" /></button>
      <h2 title=${path || commit.subject}>${folder && html`<span class="ws-paper-folder" dir="auto">${folder}/</span>`}<span dir="auto">${path ? nameOf(path) : t('workspace.commit-id', { id: commit.id.slice(0, 7) })}</span>
        ${text !== undefined && html`<span class="ws-dot draft" role="img" aria-label=${t('workspace.unsaved')} title=${t('workspace.unsaved')}></span>`}</h2>
      ${patch !== undefined ? html`<${Act} icon="file" words=${t('workspace.open-file')} run=${() => paper.open(path)} />` : file && html`<${Acts} shown=${shown} />`}
      <button type="button" class="quiet ws-paper-close" aria-label=${t('workspace.close-file')} title=${t('workspace.close-file')} onClick=${() => leave(paper, () => paper.close())}><${Icon} name="close" /></button>
    </header>
  `;
}

const Act = ({ icon, words, run, disabled }) => html`
  <button type="button" class="quiet" aria-label=${words} title=${words} disabled=${disabled} onClick=${run}><${Icon} name=${icon} /></button>`;

function Acts({ shown }) {
  const { paper, entries, rawOf } = useActs();
  const { commands } = usePage();
  const { path, file, editing, text, saving, source, conflict } = shown;
  const drawn = file.kind === 'markdown' || file.kind === 'csv';
  if (conflict) return null; // its own buttons say what can be done
  if (editing) {
    return html`
      ${text !== undefined && html`<button type="button" class="quiet" onClick=${() => paper.discard()}>${t('workspace.discard')}</button>`}
      ${text === undefined && html`<button type="button" class="quiet" onClick=${() => paper.read()}>${t('workspace.done')}</button>`}
      <button type="button" class="primary small" disabled=${text === undefined || saving} title=${commands.withKeys(t('workspace.save'), 'mod+s')}
        onClick=${() => paper.save()}>${t(saving ? 'workspace.saving' : 'workspace.save')}</button>`;
  }
  return html`
    ${drawn && html`<button type="button" class="quiet ws-source" aria-pressed=${source ? 'true' : 'false'} onClick=${() => paper.showSource(!source)}>${t('workspace.source')}</button>`}
    ${isText(shown) && !file.truncated && file.editable !== false && html`<${Act} icon="edit" words=${t('workspace.edit')} run=${() => paper.edit()} />`}
    ${isText(shown) && html`<${Act} icon="copy" words=${t('workspace.copy')} run=${() => paper.copy()} />`}
    <${Act} icon="download" words=${t('workspace.download')} run=${() => entries.download(path)} />
    <a class="quiet" href=${rawOf(path)} target="_blank" rel="noopener" aria-label=${t('workspace.raw')} title=${t('workspace.raw')}><${Icon} name="open" /></a>
  `;
}

function useActs() {
  const cabinet = useCabinet();
  return { paper: cabinet.paper, entries: cabinet.entries, rawOf: (path) => cabinet.rawOf(path) };
}

/** What one has to know of the file before one reads or writes on. */
function Notes({ shown }) {
  const { paper } = useCabinet();
  const { file, changed, conflict, kept, text, patch } = shown;
  if (patch !== undefined || conflict) return null;
  return html`
    ${file?.encoding && file.encoding !== 'UTF-8' && html`<p class="ws-note">${t(file.editable ? 'workspace.encoding-kept' : 'workspace.encoding', { name: file.encoding })}</p>`}
    ${file?.truncated && html`<p class="ws-note">${t('workspace.truncated', { size: bytes(file.size) })}</p>`}
    ${changed && html`<p class="ws-note warn" role="status">${t('workspace.changed')}
      <button type="button" class="link" onClick=${() => paper.compare()}>${t('workspace.compare')}</button></p>`}
    ${text !== undefined && kept === false && html`<p class="ws-note warn" role="status">${t('workspace.not-kept')}</p>`}
  `;
}

function Body({ shown }) {
  const { state, patch, file, conflict, editing, source } = shown;
  if (state === 'loading' && !file) return html`<div class="ws-paper-body ws-wait" aria-busy="true"><span class="pulse"></span></div>`;
  if (state === 'failed') return html`<${Failure} shown=${shown} />`;
  if (patch !== undefined) return html`<${Patch} patch=${patch} />`;
  if (shown.commit) return html`<${Commit} shown=${shown} />`;
  if (conflict) return html`<${Conflict} shown=${shown} />`;
  if (isText(shown) && editing) return html`<${Editor} shown=${shown} />`;
  if (file.kind === 'markdown' && !source) return html`<div class="ws-paper-body ws-prose" tabindex="0"><${Markdown} text=${file.text ?? ''} live=${false} /></div>`;
  if (file.kind === 'csv' && !source) return html`<${CsvTable} text=${file.text ?? ''} />`;
  if (isText(shown)) return html`<${CodeView} shown=${shown} />`;
  return html`<${Other} file=${file} />`;
}

function Failure({ shown: { path, error, again } }) {
  const { paper } = useCabinet();
  return html`<div class="ws-paper-body ws-wait"><p class="ws-fault" role="alert">${error.message}</p>
    <button type="button" class="secondary small" onClick=${again ?? (() => paper.open(path))}>${t('app.again')}</button></div>`;
}

/** Pictures and PDFs are shown; what only another program can show is offered to it. Nothing of any of them runs here. */
function Other({ file }) {
  const { entries, rawOf } = useActs();
  const address = `${rawOf(file.path)}&v=${encodeURIComponent(file.version ?? file.modified)}`;
  const download = () => entries.download(file.path);
  if (file.kind === 'image') {
    return html`<div class="ws-paper-body ws-picture" tabindex="0"><img src=${address} alt=${file.name} /></div>`;
  }
  if (file.kind === 'pdf') return html`<${PdfView} key=${file.path} address=${address} name=${file.name} download=${download} />`;
  return html`
    <div class="ws-paper-body ws-wait"><${Icon} name="file" />
      <p>${t('workspace.binary', { size: bytes(file.size) })}</p>
      <button type="button" class="secondary" onClick=${download}><${Icon} name="download" />${t('workspace.download')}</button></div>
  `;
}
