// The list of conversations: its pages, what of it is shown, and what is chosen in it.

import { effect, signal } from '@preact/signals';
import { scopeOf } from '../state/list.js';
import { chosen, none } from '../state/selection.js';

const FIRST = 60;
const PAGE = 200;
const MOST = 500; // rows that one request gives
const SEARCH_AFTER_MS = 120;

export class Directory {
  #page;
  #loading = null;
  #timer = 0;
  /** Which rows are chosen. */
  selection = signal(none);
  /** The row whose title is edited. */
  renaming = signal(null);
  /** The open menu: `{ids, at: a rectangle, view}`. */
  menu = signal(null);
  /** The row that has the focus, or is to get it: `{id, arrived}`. */
  focused = signal(null);
  /** Grows when this page changes the list itself: then rows take their places at once. */
  acts = signal(0);

  constructor(page) {
    this.#page = page;
  }

  get #list() {
    return this.#page.store.list.peek();
  }

  rows(ids) {
    return ids.map((id) => this.#list.rows.find((row) => row.session_id === id)).filter(Boolean);
  }

  select(rows) {
    this.selection.value = chosen(rows.map((row) => row.session_id));
  }

  /** From the beginning, as many as are here; one request at a time. */
  load() {
    this.#loading ??= this.#again().finally(() => { this.#loading = null; });
    return this.#loading;
  }

  async #again() {
    const asked = scopeOf(this.#list);
    this.#projects();
    await this.#fetch({ limit: Math.min(Math.max(FIRST, this.#list.rows.length), MOST) });
    if (asked !== scopeOf(this.#list)) await this.#fetch({ limit: FIRST }); // another was wished for meanwhile
  }

  /** The next page, where there is one. */
  more() {
    const { next } = this.#list;
    if (!next || this.#loading) return this.#loading;
    this.#loading = this.#fetch({ cursor: next, limit: PAGE }).finally(() => { this.#loading = null; });
    return this.#loading;
  }

  async #fetch({ cursor, limit }) {
    const { api, store } = this.#page;
    const { view, query, project, source } = this.#list;
    const scope = scopeOf(this.#list);
    const asked = { limit, cursor, archived: view === 'archive' ? 1 : 0, trash: view === 'trash' ? 1 : null, query: query.trim() || null, project, source };
    const page = await api.get('/api/sessions', asked).catch(() => null);
    if (page) store.dispatch({ type: 'list.loaded', page, more: Boolean(cursor), scope });
    else store.dispatch({ type: 'link.away', at: Date.now() });
  }

  #projects() {
    const { api, store } = this.#page;
    const taken = ({ projects }) => store.dispatch({ type: 'projects', projects });
    return api.get('/api/projects').then(taken, () => null);
  }

  /** Another part of the list: `{view}`, `{project}`. */
  show(scope) {
    this.selection.value = none;
    this.#page.store.dispatch({ type: 'list.scope', ...scope });
    return this.load();
  }

  /** What is here is filtered at once, the rest when one pauses. */
  search(query) {
    this.selection.value = none;
    this.#page.store.dispatch({ type: 'list.scope', query });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.load(), query ? SEARCH_AFTER_MS : 0);
  }

  /** The focus goes to this row, once it is drawn. */
  focus(id) {
    this.focused.value = { id, arrived: false };
  }

  arrived(id) {
    if (this.focused.peek()?.id !== id) this.focused.value = { id, arrived: true };
  }

  /** `{view, ids, at}`: `at` is the element that it belongs to, or a point with the element `from` that had the focus. */
  openMenu(menu) {
    const place = menu.at.getBoundingClientRect?.() ?? menu.at;
    this.menu.value = { ...menu, place, from: menu.at.from ?? menu.at };
  }

  acted() {
    this.acts.value = this.acts.peek() + 1;
  }

  /** A reply that is looked at is not news any more. */
  watch() {
    const look = () => {
      const { list, conversation } = this.#page.store;
      const { sessionId, loaded, session, run } = conversation.value;
      if (!document.hidden && loaded && !run && list.value.unread.has(sessionId)) this.#seen(sessionId, session?.message_count);
    };
    addEventListener('visibilitychange', look);
    return effect(look);
  }

  #seen(session_id, message_count = 0) {
    const { api, store } = this.#page;
    store.dispatch({ type: 'seen', session_id, unread: false, list_version: this.#list.version });
    const row = this.#list.rows.find((one) => one.session_id === session_id);
    api.post('/api/session/seen', { session_id, message_count: Math.max(message_count, row?.message_count ?? 0) }).catch(() => null);
  }
}
