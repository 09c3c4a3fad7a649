// Search in the workspace: by name or in the text of its files.

import { signal } from '@preact/signals';

const PAUSE_MS = 150;
const MOST = 200;

export class Seeking {
  #cabinet;
  #timer = 0;
  #asked = 0;
  query = signal('');
  /** names | text */
  within = signal('names');
  /** `{hits: [{path, line?, text?}], truncated, query}`, or null while nothing has been found yet. */
  found = signal(null);
  busy = signal(false);
  error = signal(null);
  /** Which of the hits keys mean. */
  at = signal(0);

  constructor(cabinet) {
    this.#cabinet = cabinet;
  }

  begin() {
    this.search('');
  }

  search(query, within = this.within.peek()) {
    clearTimeout(this.#timer);
    this.query.value = query;
    this.within.value = within;
    this.error.value = null;
    this.busy.value = Boolean(query.trim());
    if (query.trim()) this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
    else this.#take(++this.#asked, null);
  }

  async #ask() {
    const asked = ++this.#asked;
    const [query, within] = [this.query.peek().trim(), this.within.peek()];
    try {
      const answer = await this.#cabinet.get('search', { query, in: within, limit: MOST });
      this.#take(asked, { ...answer, query });
    } catch (error) {
      if (asked === this.#asked) Object.assign(this.error, { value: error });
    }
    if (asked === this.#asked) this.busy.value = false;
  }

  #take(asked, found) {
    if (asked !== this.#asked) return;
    this.found.value = found;
    this.at.value = 0;
  }

  step(by) {
    const count = this.found.peek()?.hits.length ?? 0;
    if (count) this.at.value = (this.at.peek() + by + count) % count;
  }

  open(hit = this.found.peek()?.hits[this.at.peek()]) {
    if (hit) this.#cabinet.paper.open(hit.path, hit.line ?? null);
  }
}
