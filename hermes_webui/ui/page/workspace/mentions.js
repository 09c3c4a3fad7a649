// Files of the workspace that may be meant by what is typed after `@` in the composer.

import { signal } from '@preact/signals';

const PAUSE_MS = 120;
const MOST = 30;

export class Mentions {
  #page;
  #asked = 0;
  #timer = 0;
  /** Paths that fit what was typed last, the best first. */
  paths = signal([]);

  constructor(page) {
    this.#page = page;
  }

  /** Asks for what fits; without a query, for the files at the top of the workspace. */
  look(query) {
    const asked = ++this.#asked;
    clearTimeout(this.#timer);
    if (this.#page.workspace.root.peek()) this.#timer = setTimeout(() => this.#ask(asked, query), query ? PAUSE_MS : 0);
    else this.paths.value = [];
  }

  async #ask(asked, query) {
    const found = await (query ? this.#search(query) : this.#top()).catch(() => []); // a list of offers is no place for a fault
    if (asked === this.#asked) this.paths.value = found;
  }

  #get(what, wish) {
    return this.#page.api.get(`/api/workspace/${what}`, { session_id: this.#page.store.conversation.peek().sessionId, limit: MOST, ...wish });
  }

  async #search(query) {
    const { hits } = await this.#get('search', { query, in: 'names' });
    return hits.map(({ path }) => path);
  }

  async #top() {
    const { entries } = await this.#get('tree', { path: '', offset: 0, limit: MOST * 3 });
    return entries.filter(({ kind }) => kind !== 'folder').map(({ name }) => name).slice(0, MOST);
  }
}
