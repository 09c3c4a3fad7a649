// The rows of the list. Only those near the view are drawn, however many there are; groups keep their heading in sight.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ListKeys } from '../page/list-keys.js';
import { usePage } from '../page/page.js';
import { byDay, inView, layOut, topOf } from '../state/days.js';
import { held } from '../state/list.js';
import { without } from '../state/selection.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { late } from './late.js';
import { SessionRow, TrashedRow } from './session-row.js';

const FoundMessages = late(() => import('./found-messages.js'), 'FoundMessages');

const MARGIN = 600; // px that are drawn above and below the view
const NEAR = 200;
const MORE_WITHIN = 1500;
const CALM_MS = 3000;

export function SessionList({ open, seek }) {
  const page = usePage();
  const list = page.store.list.value;
  const box = useRef(null);
  const calm = useCalm(list, page.directory.acts.value);
  const rows = calm.rows;
  const [line, head] = useMeasure(box, rows.length > 0);
  const placed = useMemo(() => layOut(groupsOf(list.view, rows), head, line), [rows, list.view, head, line, new Date().toDateString()]);
  const ids = useMemo(() => rows.map((row) => row.session_id), [rows]);
  const [view, looked] = useView(box, placed, list.next, JSON.stringify([list.view, list.query, list.project, list.source]));
  const focus = useFocus(page, box, ids, (at) => topOf(placed, at, head, line), [line, head], looked);
  useEffect(() => { page.directory.selection.value = without(page.directory.selection.peek(), ids); }, [ids]);
  const keys = useMemo(() => new ListKeys(page), []);
  keys.ids = ids;
  keys.open = open;
  const shown = inView(placed, head, line, view.top - MARGIN, view.top + view.height + MARGIN);
  const end = placed.at(-1);
  return html`
    <nav class="sessions" aria-label=${t('list.name')} ref=${box} tabindex="-1" onKeyDown=${(event) => keys.pressed(event)}
      onClick=${(event) => keys.clicked(event)} onContextMenu=${(event) => keys.menuWanted(event)} onDragStart=${(event) => keys.dragged(event)}
      onPointerMove=${calm.stirred} onPointerLeave=${calm.left} onFocusIn=${({ target }) => keys.arrived(target)} onScroll=${looked}>
      ${list.hermes.state === 'unreadable' && html`<p class="sessions-note" role="status" title=${list.hermes.message}>${t('list.hermes-unreadable')}</p>`}
      ${list.loaded && !rows.length && html`<${Empty} list=${list} />`}
      ${list.view === 'trash' && rows.length > 0 && html`<${TrashNote} />`}
      <div class="sessions-space" style=${{ height: `${end ? end.top + end.height : 0}px` }}>
        ${shown.map((group) => html`<${Group} key=${group.name} group=${group} line=${line} total=${rows.length} focusable=${focus} />`)}
      </div>
      ${list.next && html`<p class="more">${t('list.loading')}</p>`}
      ${list.query.trim() && list.view !== 'trash' && html`<${FoundMessages} seek=${seek} back=${() => keys.last()} />`}
    </nav>
  `;
}

const groupsOf = (view, rows) => (view === 'trash' ? (rows.length ? [{ name: t('list.trash-name'), rows }] : []) : byDay(rows, new Date()));

function Group({ group, line, total, focusable }) {
  const { directory, store } = usePage();
  const { view, unread, projects, project } = store.list.value;
  const { sessionId } = store.standing.value;
  const { ids } = directory.selection.value;
  const Row = view === 'trash' ? TrashedRow : SessionRow;
  const marksOf = ({ session_id: id, project_id }) => ({
    current: id === sessionId, selected: ids.has(id), unread: unread.has(id) && (id !== sessionId || document.hidden), focusable: id === focusable,
    project: project_id && project === null ? projects.find((one) => one.project_id === project_id) : null,
  });
  return html`
    <section class="day" aria-label=${group.name} style=${{ top: `${group.top}px`, height: `${group.height}px` }}>
      <h2>${group.name}</h2>
      <ul style=${{ paddingBlockStart: `${group.first * line}px` }}>
        ${group.rows.slice(group.first, group.last).map((row, at) => html`
          <${Row} key=${row.session_id} row=${row} marks=${marksOf(row)} at=${group.from + group.first + at} total=${total} />`)}
      </ul>
    </section>
  `;
}

function Empty({ list: { view, query, project, source } }) {
  const words = () => {
    if (query.trim()) return t('list.none-found');
    if (view === 'archive') return t('list.none-archived');
    if (view === 'trash') return t('list.none-deleted');
    if (source) return t('list.none-hermes');
    return project === null ? t('list.none') : t('list.none-in-project');
  };
  return html`<p class="sessions-empty">${words()}</p>`;
}

/** What the trash is, and the way to empty it. */
function TrashNote() {
  const { purging } = usePage();
  return html`<div class="sessions-note"><p>${t('list.trash-note')}</p>
    <button type="button" class="quiet wide" onClick=${() => purging.askAll()}><${Icon} name="trash" />${t('list.purge-empty')}</button></div>`;
}

/** Rows stay where they are while a pointer moves over them, unless this page moves them itself. */
function useCalm({ rows, loaded, view, query, project, source }, acts) {
  const [, redraw] = useState(0);
  const state = useRef({ until: 0, timer: 0, rows, key: '' }).current;
  const key = JSON.stringify([acts, loaded, view, query, project, source]);
  const holds = performance.now() < state.until && key === state.key;
  const shown = useMemo(() => (holds && rows !== state.rows ? held(state.rows, rows) : rows), [rows, holds]);
  Object.assign(state, { rows: shown, key });
  state.settle = () => {
    state.until = 0;
    redraw((count) => count + 1);
  };
  const stirred = () => {
    state.until = performance.now() + CALM_MS;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => state.settle(), CALM_MS + 10);
  };
  const left = () => {
    clearTimeout(state.timer);
    if (state.until) state.settle();
  };
  return { rows: shown, stirred, left };
}

/** Heights of a row and of a heading (px): they follow the size of the letters and the density. */
function useMeasure(box, any) {
  const [heights, setHeights] = useState([36, 32]);
  useLayoutEffect(() => {
    const measure = () => {
      const [row, heading] = [box.current.querySelector('.session'), box.current.querySelector('.day h2')];
      const next = [row?.offsetHeight || heights[0], heading?.offsetHeight || heights[1]];
      setHeights((now) => (now[0] === next[0] && now[1] === next[1] ? now : next));
    };
    const watcher = new ResizeObserver(measure);
    watcher.observe(box.current);
    const row = box.current.querySelector('.session');
    if (row) watcher.observe(row);
    return () => watcher.disconnect();
  }, [any]);
  return heights;
}

/** The part of the list that is drawn for; it is drawn anew when the view comes near its end. */
function useView(box, placed, next, scope) {
  const { directory } = usePage();
  const [view, setView] = useState({ top: 0, height: 900 });
  const end = placed.at(-1);
  const looked = () => {
    if (!box.current) return; // the page has gone over to the login meanwhile
    const { scrollTop: top, clientHeight: height } = box.current;
    if (Math.abs(top - view.top) > MARGIN - NEAR || height !== view.height) setView({ top, height });
  };
  useLayoutEffect(() => { // what is found is shown from its beginning
    box.current.scrollTop = 0;
    setView((now) => (now.top ? { ...now, top: 0 } : now));
  }, [scope]);
  useEffect(() => {
    const watcher = new ResizeObserver(looked);
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, [view]);
  useEffect(() => {
    const left = (end ? end.top + end.height : 0) - view.top - view.height;
    if (next && left < MORE_WITHIN) directory.more();
  });
  return [view, looked];
}

/** The row that Tab comes to; where the list is told to go to one, or the one that had the focus is gone, the focus follows. */
function useFocus({ directory, store }, box, ids, top, [line, head], looked) {
  const wish = directory.focused.value;
  const last = useRef({ wish: null, at: -1 }).current;
  const at = ids.indexOf(wish?.id);
  const had = box.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (had && document.activeElement === document.body) box.current.focus({ preventScroll: true }); // it was scrolled out of what is drawn
    const lost = last.at >= 0 && at < 0 && (document.activeElement === document.body || box.current === document.activeElement);
    if (lost && ids.length) directory.focus(ids[Math.min(last.at, ids.length - 1)]);
    else if (lost) document.querySelector('.new-chat')?.focus();
    const told = wish && wish !== last.wish && !wish.arrived && at >= 0;
    last.at = lost ? -1 : at;
    if (told && bring(box.current, top(at), line, head, wish.id, looked)) last.wish = wish;
  });
  const current = store.standing.value.sessionId;
  return [wish?.id, current].find((id) => ids.includes(id)) ?? ids[0];
}

/** Into view, then focused; false where it is yet to be drawn. */
function bring(box, top, line, head, id, looked) {
  if (top - head < box.scrollTop) box.scrollTop = top - head;
  else if (top + line > box.scrollTop + box.clientHeight) box.scrollTop = top + line - box.clientHeight;
  const target = box.querySelector(`[data-id="${CSS.escape(id)}"]`)?.querySelector('a, .restore');
  if (target) target.focus({ preventScroll: true });
  else looked();
  return Boolean(target);
}
