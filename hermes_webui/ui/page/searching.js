// Words in all conversations, as the server finds them. While it is still reading older ones it is asked again.

import { signal } from '@preact/signals';
import { phrasesOf } from '../state/found.js';

const PAGE = 20;
const PAUSE_MS = 150;
const AGAIN_MS = 700;

export const nothing = { query: '', hits: [], next: null, progress: 1, trouble: '', running: false, coming: false, error: '' };

export class Searching {
  #api;
  #page;
  #asked = 0;
  #timer = 0;
  /** `{query, hits, next, progress, trouble, running, coming, error}`: the newest hit first; `progress` how much has been read. */
  state = signal(nothing);

  constructor(api, page = PAGE) {
    this.#api = api;
    this.#page = page;
  }

  /** Looks for it once one pauses, within `scope` (the parameters of the list); until then what was found stays. */
  look(query, scope = {}, pause = PAUSE_MS) {
    this.stop();
    if (!phrasesOf(query).length) {
      this.state.value = nothing;
      return;
    }
    this.state.value = { ...this.state.peek(), query, running: true, coming: false, error: '' };
    this.#timer = setTimeout(() => this.#ask({ ...scope, query }, this.#asked), pause);
  }

  stop() {
    this.#asked += 1;
    clearTimeout(this.#timer);
  }

  async #ask(wish, asked) {
    const found = await this.#api.get('/api/search', { ...wish, limit: this.#page }).catch((error) => ({ error: error.message }));
    if (asked !== this.#asked) return;
    const { hits = [], next = null, progress = 1, trouble = '', error = '' } = found;
    const running = progress < 1 && !trouble;
    this.state.value = { query: wish.query, wish, hits, next, progress, trouble, running, coming: false, error };
    if (running) this.#timer = setTimeout(() => this.#ask(wish, asked), AGAIN_MS);
  }

  /** The next page, below what is here; from then on what is here stays. */
  async more() {
    const { wish, hits, next, coming } = this.state.peek();
    if (!next || coming) return;
    this.stop();
    const asked = this.#asked;
    this.state.value = { ...this.state.peek(), running: false, coming: true };
    const found = await this.#api.get('/api/search', { ...wish, before: next, limit: this.#page }).catch((error) => ({ error: error.message }));
    if (asked !== this.#asked) return;
    const state = { ...this.state.peek(), coming: false };
    if (found.error) this.state.value = { ...state, error: found.error };
    else this.state.value = { ...state, hits: [...hits, ...found.hits], next: found.next, progress: found.progress, error: '' };
  }
}
