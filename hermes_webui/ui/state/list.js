// The list of conversations: rows by id, in the server's order, kept up to date by the stream. What of it is shown (the
// archive, the trash, a project, a search) is asked of the server; the same rules decide here where a changed row belongs.

export const noList = {
  rows: [],
  next: null, // the cursor of the next page; null when all are here
  total: 0,
  version: null,
  boot: null,
  loaded: false,
  outdated: false, // the shell must load it again
  view: 'all', // all | archive | trash
  query: '',
  project: null, // the id of the project that is shown alone
  source: null, // where the conversations that are shown alone come from: `hermes`
  hermes: { state: 'reading', message: '' }, // whether Hermes Agent's own conversations could be read
  unread: new Set(), // sessions with a reply that nobody has looked at
  projects: [], // {project_id, name, color}
};

/** What the rows are of: an answer to another question is not taken. */
export const scopeOf = ({ view, query, project, source }) => JSON.stringify([view, query.trim(), project, source]);

const STEPS = {
  'list.loaded': loaded,
  'list.scope': (state, { type, ...scope }) => scoped(state, scope),
  list: changed,
  hello: greeted,
  purged,
  listed: (state, { list_version: version }) => ({ ...state, version, outdated: state.loaded }), // many rows at once
  hermes: (state, { state: name, message, list_version: version }) => ({ ...state, version, hermes: { state: name, message } }),
  seen: (state, { session_id, unread, list_version: version }) => ({ ...state, version, unread: withOrWithout(state.unread, session_id, unread) }),
  projects: (state, { projects, list_version: version = state.version }) => ({ ...state, version, projects, project: alive(state.project, projects) }),
};

/** The list after `event`; an event that does not concern it changes nothing. */
export function list(state, event) {
  return STEPS[event.type]?.(state, event) ?? state;
}

function loaded(state, { page, more, scope }) {
  if (scope !== undefined && scope !== scopeOf(state)) return state;
  const rows = more ? merge(state.rows, page.sessions) : page.sessions;
  const { next_cursor: next = null, total = rows.length, list_version: version, unread, hermes = state.hermes } = page;
  const sorted = state.view === 'trash' ? rows : [...rows].sort(order);
  return { ...state, rows: sorted, next, total, version, unread: unread ? new Set(unread) : state.unread, hermes, loaded: true, outdated: false };
}

function merge(rows, fresh) {
  const ids = new Set(fresh.map((row) => row.session_id));
  return [...rows.filter((row) => !ids.has(row.session_id)), ...fresh];
}

/** What is here and fits stays while the server is asked. */
function scoped(state, scope) {
  const next = { ...state, ...scope, next: null, loaded: false, outdated: false };
  return { ...next, rows: next.view === state.view ? state.rows.filter((row) => belongs(next, row)) : [] };
}

function changed(state, { session, removed, list_version: version }) {
  if (state.view === 'trash') return { ...state, version, outdated: true };
  const id = removed ?? session.session_id;
  const at = state.rows.findIndex((row) => row.session_id === id);
  const rows = at < 0 ? [...state.rows] : state.rows.toSpliced(at, 1);
  const fits = Boolean(session) && belongs(state, session);
  if (fits && within(state, session)) rows.splice(placeFor(rows, session), 0, session);
  const total = state.total + Number(fits) - Number(at >= 0);
  const unread = removed ? withOrWithout(state.unread, removed, false) : state.unread;
  return { ...state, rows, total: Math.max(total, rows.length), version, unread };
}

/** Gone for good, from the trash too. */
function purged(state, { session_id, list_version: version }) {
  const rows = state.rows.filter((row) => row.session_id !== session_id);
  const total = state.total - (state.rows.length - rows.length);
  return { ...state, rows, total, version, unread: withOrWithout(state.unread, session_id, false) };
}

/** Whether a row is one of those that are shown. */
export function belongs({ view, query, project, source }, row) {
  if (view === 'trash' || Boolean(row.archived) !== (view === 'archive')) return false;
  if (source !== null && row.session_source !== source) return false;
  return (project === null || row.project_id === project) && matches(row, query);
}

/** A row beyond the pages that are here comes with its page. */
const within = ({ next, rows }, session) => next === null || !rows.length || order(session, rows.at(-1)) < 0;

function placeFor(rows, row) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(rows[middle], row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function greeted(state, { boot, list_version: version }) {
  const outdated = state.loaded && ((state.boot !== null && state.boot !== boot) || state.version !== version);
  return { ...state, boot, outdated: state.outdated || outdated };
}

function withOrWithout(set, id, wanted) {
  if (set.has(id) === Boolean(wanted)) return set;
  const next = new Set(set);
  if (wanted) next.add(id);
  else next.delete(id);
  return next;
}

const alive = (project, projects) => (projects.some(({ project_id }) => project_id === project) ? project : null);

/** Pinned first, then the newest message. */
export function order(one, other) {
  if (Boolean(one.pinned) !== Boolean(other.pinned)) return one.pinned ? -1 : 1;
  return moment(other) - moment(one) || (one.session_id < other.session_id ? 1 : -1);
}

export const moment = (row) => row.last_message_at ?? row.created_at ?? 0;

/** Whether the title holds every word of `query`, whatever the case, and the row has each `#tag` of it. */
export function matches({ title, tags = [] }, query) {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const [text, own] = [(title ?? '').toLocaleLowerCase(), tags.map((tag) => tag.toLocaleLowerCase())];
  return words.every((word) => (word[0] === '#' ? word.length < 2 || own.includes(word.slice(1)) : text.includes(word)));
}

/**
 * The rows as they stood `before`, with what has changed in them: nothing moves under a pointer. What is gone goes, what
 * comes at the end comes, and everything takes its place when the pointer has left.
 */
export function held(before, rows) {
  const fresh = new Map(rows.map((row) => [row.session_id, row]));
  const kept = before.filter(({ session_id }) => fresh.has(session_id)).map((row) => still(row, fresh.get(row.session_id)));
  const known = new Set(kept.map((row) => row.session_id));
  const last = kept.at(-1);
  return [...kept, ...rows.filter((row) => !known.has(row.session_id) && (!last || order(last, row) < 0))];
}

const still = ({ pinned, last_message_at }, row) =>
  (row.pinned === pinned && row.last_message_at === last_message_at ? row : { ...row, pinned, last_message_at });
