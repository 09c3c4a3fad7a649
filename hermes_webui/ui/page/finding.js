// Looking for words in the whole conversation: the server reads it part by part, newest first.

import { signal } from '@preact/signals';

const PART = 100;
/** More hits than anybody walks through. */
const MOST = 2000;

/** The number of a message in its log: later ones have larger ones. */
const numberOf = (id) => Number(/^m(\d+)-/.exec(id ?? '')?.[1] ?? Infinity);

export class Finding {
  #page;
  #asked = 0;
  query = '';
  /** `{hits, at, running, error}`: newest first; `at` is the hit that is shown, -1 for none. */
  state = signal({ hits: [], at: -1, running: false, error: '' });

  constructor(page) {
    this.#page = page;
  }

  /** Looks anew. The first hit that is shown is the one at the reader's place or before it. */
  async look(query, everything) {
    const asked = ++this.#asked;
    this.query = query.trim();
    this.state.value = { hits: [], at: -1, running: Boolean(this.query), error: '' };
    const begin = numberOf(this.#page.places.reader());
    let before;
    while (this.query && asked === this.#asked) {
      const part = await this.#part(before, everything);
      if (asked !== this.#asked) return;
      this.#take(part, begin);
      before = part.next;
      if (!before || this.state.peek().hits.length >= MOST) break;
    }
  }

  stop() {
    this.#asked += 1;
  }

  #part(before, everything) {
    const { api, store } = this.#page;
    const session_id = store.conversation.peek().sessionId;
    const wish = { session_id, query: this.query, limit: PART, before, everything: everything ? 1 : 0 };
    return api.get('/api/session/find', wish).catch((error) => ({ hits: [], next: null, error: error.message }));
  }

  #take({ hits: fresh, next, error = '' }, begin) {
    const { hits, at } = this.state.peek();
    const all = [...hits, ...fresh];
    this.state.value = { hits: all, at, running: Boolean(next) && all.length < MOST, error };
    if (at >= 0 || !all.length) return;
    const near = all.findIndex(({ id }) => numberOf(id) <= begin);
    if (near >= 0) this.#show(near);
    else if (!next) this.#show(0);
  }

  /** To the next older (1) or newer (-1) hit, and around. */
  go(step) {
    const { hits, at } = this.state.peek();
    if (hits.length) this.#show((at + step + hits.length) % hits.length);
  }

  #show(at) {
    this.state.value = { ...this.state.peek(), at };
    return this.#page.places.show(this.state.peek().hits[at].id, { focus: false });
  }
}
