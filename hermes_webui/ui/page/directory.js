// The list of conversations and what can be done to one of them.

const PAGE = 60;

export class Directory {
  #page;
  #loading = null;

  constructor(page) {
    this.#page = page;
  }

  /** The first page; one request at a time. */
  load() {
    this.#loading ??= this.#fetch({}).finally(() => { this.#loading = null; });
    return this.#loading;
  }

  /** The next page, where there is one. */
  more() {
    const { next } = this.#page.store.list.peek();
    if (!next || this.#loading) return this.#loading;
    this.#loading = this.#fetch({ cursor: next }).finally(() => { this.#loading = null; });
    return this.#loading;
  }

  /** Every page: a filter must find what has not been scrolled to yet. */
  async all() {
    while (this.#page.store.list.peek().next) await this.more();
  }

  show(archived) {
    this.#page.store.dispatch({ type: 'list.scope', archived });
    return this.load();
  }

  async #fetch({ cursor }) {
    const { api, store } = this.#page;
    const { archived } = store.list.peek();
    const page = await api.get('/api/sessions', { limit: PAGE, cursor, archived: archived ? 1 : 0 }).catch(() => null);
    if (page) store.dispatch({ type: 'list.loaded', page, more: Boolean(cursor), archived });
    else store.dispatch({ type: 'link.away', at: Date.now() });
  }

  rename(row, title) {
    return this.#change('rename', row, { title });
  }

  pin(row) {
    return this.#change('pin', row, { pinned: !row.pinned });
  }

  async archive(row) {
    const undo = () => this.#change('archive', row, { archived: Boolean(row.archived) });
    if (await this.#change('archive', row, { archived: !row.archived })) {
      this.#page.toasts.add(`${row.archived ? 'Moved back' : 'Archived'}: “${row.title}”`, { name: 'Undo', run: undo });
    }
  }

  async remove(row) {
    const { router, store, toasts } = this.#page;
    if (!(await this.#change('delete', row, {}))) return;
    if (store.conversation.peek().sessionId === row.session_id) router.go(null);
    toasts.add(`Deleted: “${row.title}”`, { name: 'Undo', run: () => this.#restore(row) });
  }

  async #restore(row) {
    if (await this.#change('restore', row, {})) this.#page.router.go(row.session_id);
  }

  /** The stream's `list` event draws the change; the answer does too, in case it comes first. */
  async #change(verb, row, fields) {
    const { api, store, toasts } = this.#page;
    try {
      const answer = await api.post(`/api/session/${verb}`, { session_id: row.session_id, ...fields });
      const version = store.list.peek().version;
      const gone = verb === 'delete';
      const change = gone ? { removed: row.session_id } : { session: answer.session };
      if (gone || answer.session) store.dispatch({ type: 'list', list_version: version, ...change });
      return answer;
    } catch (error) {
      toasts.add(error.message);
      return null;
    }
  }
}
