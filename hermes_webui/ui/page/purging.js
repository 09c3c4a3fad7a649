// Deleting for good what is in the trash: asked first, then one after the other, until all are gone or somebody stops it.

import { signal } from '@preact/signals';
import { t } from '../words/words.js';

const MOST = 500; // rows that one request gives

export class Purging {
  #page;
  #storage;
  /** What is asked about, or under way: `{rows, empties, done, working}`. While it works `working` is that run's own token. */
  asked = signal(null);

  constructor(page, storage) {
    this.#page = page;
    this.#storage = storage;
  }

  /** Asks whether these shall go; `empties`: they are all that there is. */
  ask(rows, empties = false) {
    if (!rows.length || this.asked.peek()?.working) return;
    this.asked.value = { rows, empties, done: 0, working: null };
    this.#page.panels.show('purge');
  }

  /** Asks about all that is in the trash now: what is deleted while one reads it is not among it. */
  async askAll() {
    try {
      this.ask(await this.#all(), true);
    } catch (error) {
      this.#page.toasts.add(error.message);
    }
  }

  async #all() {
    const rows = [];
    for (let cursor; cursor !== null;) {
      const { sessions, next_cursor } = await this.#page.api.get('/api/sessions', { trash: 1, limit: MOST, cursor });
      rows.push(...sessions);
      cursor = next_cursor ?? null;
    }
    return rows;
  }

  /** Not now; where it has begun, no more of them. */
  close() {
    const { panels } = this.#page;
    this.asked.value = null;
    if (panels.open.peek()?.name === 'purge') panels.close();
  }

  async run() {
    const { directory, toasts } = this.#page;
    const { rows, empties } = this.asked.peek();
    const working = {};
    this.asked.value = { rows, empties, done: 0, working };
    const next = this.#nextTo(rows);
    directory.acted();
    const { gone, refusal } = await this.#each(rows, working);
    directory.acted();
    if (this.#goesOn(working)) this.close();
    if (empties) directory.load(); // what was not on this page of it
    if (next() && !this.asked.peek()) directory.focus(next());
    if (gone.length) toasts.add(t('list.purged', { count: gone.length, title: gone[0].title || t('list.untitled') }));
    if (refusal) toasts.add(refusal);
  }

  /** One at a time, as the server does it; a refusal ends it, since the next one would find the same. */
  async #each(rows, working) {
    const gone = [];
    for (const row of rows) {
      if (!this.#goesOn(working)) break;
      try {
        await this.#one(row.session_id);
      } catch (error) {
        return { gone, refusal: error.message };
      }
      gone.push(row);
      if (this.#goesOn(working)) this.asked.value = { ...this.asked.peek(), done: gone.length };
    }
    return { gone, refusal: null };
  }

  /** Whether nobody has stopped it: what is asked about since then is another matter, with an answer of its own. */
  #goesOn(working) {
    return this.asked.peek()?.working === working;
  }

  /** Gone is gone, whoever did it. */
  async #one(session_id) {
    const { api, store } = this.#page;
    await api.post('/api/session/purge', { session_id }).catch((error) => { if (error.status !== 404) throw error; });
    store.dispatch({ type: 'purged', session_id, list_version: store.list.peek().version });
    this.forget(session_id);
  }

  /** What this browser keeps of a conversation that is gone for good: what was typed there, and files that go with it. */
  forget(sessionId) {
    this.#storage.remove(`draft.${sessionId}`);
    this.#page.attaching.drop(sessionId);
  }

  /** The row that gets the focus where these were. */
  #nextTo(rows) {
    const ids = new Set(rows.map((row) => row.session_id));
    const { store } = this.#page;
    const at = store.list.peek().rows.findIndex((row) => ids.has(row.session_id));
    return () => {
      const left = store.list.peek().rows;
      return left[Math.min(Math.max(at, 0), left.length - 1)]?.session_id;
    };
  }
}
