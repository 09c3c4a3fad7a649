// The tree of files by the ARIA pattern. Rows are all as high, and only those in view are drawn: the tree itself has the
// focus and names the row that keys mean.

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { stemLength } from '../../state/paths.js';
import { kindOf } from '../../state/changes.js';
import { isFolder } from '../../state/tree.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { useCabinet } from './cabinet.js';
import { NameField } from './name-field.js';
import { isCoarse, useRows } from './rows.js';
import { useTreeKeys } from './tree-keys.js';

export function FileTree() {
  const cabinet = useCabinet();
  const { explorer } = cabinet;
  const version = explorer.version.value;
  const { tree } = explorer;
  const list = useRef(null);
  const height = isCoarse() ? 44 : 28;
  const rows = useRows(list, height, tree.length);
  useEffect(() => explorer.want(rows.first, rows.last), [version, rows.first, rows.last]);
  const at = Math.max(tree.numberOf(explorer.focused.value ?? ''), 0);
  useFocus(list, rows, at, explorer);
  const keys = useTreeKeys(at, rows);
  const numbers = tree.knows() ? Array.from({ length: rows.last - rows.first + 1 }, (_, by) => rows.first + by) : [];
  return html`
    <div class="ws-tree ws-scroll" ref=${list} role=${numbers.length ? 'tree' : undefined} tabindex=${numbers.length ? 0 : undefined} aria-label=${t('workspace.files')}
      aria-activedescendant=${numbers.length ? `ws-row-${at}` : undefined} onScroll=${rows.scrolled} onKeyDown=${keys}>
      <div role="presentation" style=${{ height: `${rows.above}px` }}></div>
      ${numbers.map((number) => html`<${Row} key=${number} number=${number} row=${tree.row(number)} height=${height} focused=${number === at} />`)}
      <div role="presentation" style=${{ height: `${rows.below}px` }}></div>
      <${Nothing} />
    </div>
  `;
}

/** What is gone to by keys, or by opening a file, is scrolled to; and the panel's keys lead to the tree. */
function useFocus(list, rows, at, explorer) {
  const cabinet = useCabinet();
  const wish = cabinet.focus.value;
  useLayoutEffect(() => { if (explorer.focused.peek() !== null) rows.show(at); }, [explorer.focused.value, explorer.version.value]);
  useEffect(() => {
    if (wish?.to !== 'tree' || !list.current.hasAttribute('tabindex')) return; // not before there are rows
    list.current.focus();
    cabinet.focus.value = null;
  }, [wish, explorer.version.value]);
}

function Nothing() {
  const { explorer } = useCabinet();
  const { error, version } = explorer;
  if (version.value && error.value) return html`<p class="ws-fault" role="alert">${error.value.message}</p>`;
  if (!explorer.tree.knows()) return html`<p class="ws-none"><span class="pulse"></span></p>`;
  return explorer.tree.length === 0 && html`<p class="ws-none">${t('workspace.empty-folder')}</p>`;
}

const ICONS = { folder: 'folder', link: 'link' };
const STATES = {
  modified: () => t('workspace.modified'), added: () => t('workspace.added'), deleted: () => t('workspace.deleted'),
  renamed: () => t('workspace.renamed'), conflict: () => t('workspace.conflicting'),
};

function Row({ number, row, height, focused }) {
  const { explorer, changes, paper } = useCabinet();
  const { entry, path, level, at, size } = row ?? {};
  if (!entry) return html`<div class="ws-row" role="presentation" aria-hidden="true" style=${{ height: `${height}px`, '--level': level }}><span class="ws-waits"></span></div>`;
  const folder = isFolder(entry);
  const touched = changes.touched.value.has(path);
  const open = folder && explorer.tree.isOpen(path);
  const letter = changes.letters.value.get(path)?.trim()[0];
  const change = kindOf(letter);
  return html`
    <div id=${`ws-row-${number}`} data-row=${number} role="treeitem" aria-level=${level} aria-posinset=${at} aria-setsize=${size} aria-expanded=${folder ? String(open) : undefined}
      aria-selected=${paper.shown.value?.path === path ? 'true' : 'false'} aria-label=${spoken(entry.name, { touched, change, draft: paper.drafts.value.has(path) })}
      class=${`ws-row ${focused ? 'focused' : ''} ${touched ? 'touched' : ''} ${entry.name === '.git' ? 'aside' : ''} ${change ?? ''}`} style=${{ height: `${height}px`, '--level': level }} ...${pointing(useCabinet(), row)}>
      <span class=${`ws-fold ${open ? 'open' : ''}`}>${folder && html`<${Icon} name="right" />`}</span><${Icon} name=${ICONS[entry.kind] ?? 'file'} />
      ${explorer.renaming.value === path ? html`<${Renaming} path=${path} name=${entry.name} />` : html`<span class="ws-name" dir="auto">${entry.name}</span>`}
      ${paper.drafts.value.has(path) && html`<span class="ws-dot draft" title=${t('workspace.unsaved')}></span>`}
      ${touched && html`<span class="ws-dot" title=${t('workspace.this-turn')}></span>`}
      ${letter && html`<span class="ws-state" title=${STATES[change]?.()}>${letter === '?' ? 'U' : letter}</span>`}
      <span class="ws-more" title=${t('workspace.options')}><${Icon} name="more" /></span>
    </div>
  `;
}

/** All that the row shows, for who hears it. */
function spoken(name, { touched, change, draft }) {
  const notes = [STATES[change]?.(), touched && t('workspace.this-turn'), draft && t('workspace.unsaved')].filter(Boolean);
  return [name, ...notes].join(', ');
}

function Renaming({ path, name }) {
  const { entries, explorer } = useCabinet();
  const toTree = () => document.querySelector('.ws-tree')?.focus();
  const take = async (to) => {
    const wrong = await entries.rename(path, to);
    if (!wrong) toTree();
    return wrong;
  };
  const leave = () => {
    explorer.renaming.value = null;
    toTree();
  };
  return html`<${NameField} key=${stemLength(name)} label=${t('workspace.new-name', { name })} name=${name} take=${take} leave=${leave} />`;
}

/** A click opens a file and unfolds a folder; the other button, or the dots, open the menu. */
function pointing({ explorer, paper, entries }, { path, entry }) {
  const openMenu = (event, place) => {
    event.preventDefault();
    explorer.focusOn(path);
    entries.menu.value = { path, entry, place };
  };
  return {
    onClick: (event) => {
      if (event.target.closest('.ws-more')) return openMenu(event, event.target.closest('.ws-more').getBoundingClientRect());
      if (explorer.renaming.peek() === path) return undefined;
      explorer.focusOn(path);
      document.querySelector('.ws-tree')?.focus({ preventScroll: true });
      return isFolder(entry) ? explorer.unfold(path) : paper.open(path);
    },
    onContextMenu: (event) => openMenu(event, { left: event.clientX, top: event.clientY, bottom: event.clientY }),
  };
}
