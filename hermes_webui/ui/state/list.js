// The list of conversations: rows by id, in the server's order, kept up to date by `list` events.

export const noList = {
  rows: [],
  next: null, // the cursor of the next page; null when all are here
  total: 0,
  version: null,
  boot: null,
  loaded: false,
  outdated: false, // the shell must load it again
  archived: false, // which of the two lists is shown
};

/** The list after `event`; an event that does not concern it changes nothing. */
export function list(state, event) {
  if (event.type === 'list.loaded') return loaded(state, event);
  if (event.type === 'list.scope') return { ...noList, boot: state.boot, archived: event.archived };
  if (event.type === 'list') return changed(state, event);
  if (event.type === 'hello') return greeted(state, event);
  return state;
}

function loaded(state, { page, more, archived }) {
  if (Boolean(archived) !== state.archived) return state;
  const rows = more ? merge(state.rows, page.sessions) : page.sessions;
  const { next_cursor: next = null, total = rows.length, list_version: version } = page;
  return { ...state, rows: [...rows].sort(order), next, total, version, loaded: true, outdated: false };
}

function merge(rows, fresh) {
  const ids = new Set(fresh.map((row) => row.session_id));
  return [...rows.filter((row) => !ids.has(row.session_id)), ...fresh];
}

function changed(state, { session, removed, list_version: version }) {
  const id = removed ?? session.session_id;
  const rows = state.rows.filter((row) => row.session_id !== id);
  const known = rows.length !== state.rows.length;
  const belongs = Boolean(session) && Boolean(session.archived) === state.archived;
  if (belongs && within(state, session)) rows.push(session);
  const total = state.total + Number(belongs) - Number(known);
  return { ...state, rows: rows.sort(order), total: Math.max(total, rows.length), version };
}

/** A row beyond the pages that are here comes with its page. */
const within = ({ next, rows }, session) => next === null || !rows.length || order(session, rows.at(-1)) < 0;

function greeted(state, { boot, list_version: version }) {
  const outdated = state.loaded && (state.boot !== boot || state.version !== version);
  return { ...state, boot, outdated };
}

/** Pinned first, then the newest message. */
export function order(one, other) {
  if (Boolean(one.pinned) !== Boolean(other.pinned)) return one.pinned ? -1 : 1;
  return moment(other) - moment(one) || (one.session_id < other.session_id ? 1 : -1);
}

export const moment = (row) => row.last_message_at ?? row.created_at ?? 0;

/** The rows whose title holds every word of `query`, whatever the case. */
export function matching(rows, query) {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return rows;
  return rows.filter(({ title }) => {
    const text = (title ?? '').toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
