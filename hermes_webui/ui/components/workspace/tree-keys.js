// Keys of the tree: arrows, Home, End, pages, letters; Enter opens, F2 renames, Delete deletes, Shift+F10 opens the menu.

import { useRef } from 'preact/hooks';
import { isFolder } from '../../state/tree.js';
import { useCabinet } from './cabinet.js';

const TYPED_WITHIN_MS = 700;

/** A listener; `at` is the number of the row that keys mean. */
export function useTreeKeys(at, rows) {
  const cabinet = useCabinet();
  const typed = useRef({ letters: '', when: 0 });
  return (event) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = cabinet.explorer.tree.row(at);
    const done = moved(event, cabinet.explorer, at, rows) || acted(event, cabinet, row, at) || spelt(event, cabinet.explorer, at, typed.current);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  };
}

function moved({ key }, explorer, at, rows) {
  const { tree } = explorer;
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: tree.length - 1, PageDown: at + rows.page, PageUp: at - rows.page };
  if (!(key in steps)) return false;
  goTo(explorer, Math.min(Math.max(steps[key], 0), tree.length - 1), rows);
  return true;
}

/** A row that is on its way is scrolled to; it takes the focus when it is there. */
function goTo(explorer, number, rows) {
  const { path } = explorer.tree.row(number) ?? {};
  rows?.show(number);
  if (path) explorer.focusOn(path);
}

function acted(event, { explorer, paper, entries }, row, at) {
  if (!row?.entry) return false;
  const { path, entry } = row;
  const folder = isFolder(entry);
  const menu = () => {
    const place = document.getElementById(`ws-row-${at}`)?.getBoundingClientRect();
    entries.menu.value = { path, entry, place: place && { left: place.left + 24, top: place.top, bottom: place.bottom } };
  };
  const acts = {
    Enter: () => (folder ? explorer.unfold(path) : paper.open(path)),
    ' ': () => (folder ? explorer.unfold(path) : paper.open(path)),
    ArrowRight: () => inwards(explorer, row, at),
    ArrowLeft: () => outwards(explorer, row),
    F2: () => { explorer.renaming.value = path; },
    Delete: () => entries.trash(path),
    ContextMenu: menu,
    ...(event.shiftKey && { F10: menu }),
  };
  const turned = document.dir === 'rtl' ? { ArrowRight: 'ArrowLeft', ArrowLeft: 'ArrowRight' }[event.key] : null;
  const act = acts[turned ?? event.key];
  act?.();
  return Boolean(act);
}

function inwards(explorer, { path, entry }, at) {
  if (!isFolder(entry)) return;
  if (!explorer.tree.isOpen(path)) explorer.unfold(path, true);
  else goTo(explorer, at + 1);
}

function outwards(explorer, { path, folder, entry }) {
  if (isFolder(entry) && explorer.tree.isOpen(path)) explorer.unfold(path, false);
  else if (folder) explorer.focusOn(folder);
}

/** Letters that are typed quickly are the beginning of one name. */
function spelt({ key, timeStamp }, explorer, at, typed) {
  if (key.length !== 1 || key === ' ') return false;
  const fresh = timeStamp - typed.when > TYPED_WITHIN_MS;
  Object.assign(typed, { letters: fresh ? key : typed.letters + key, when: timeStamp });
  const number = explorer.tree.startingWith(typed.letters, at + (typed.letters.length === 1 ? 1 : 0));
  if (number >= 0) explorer.focusOn(explorer.tree.row(number).path);
  return true;
}
