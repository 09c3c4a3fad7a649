// The prompts of a conversation by their number, page by page as they are looked at.

import { signal } from '@preact/signals';

export const PAGE = 50;

export class Outlining {
  #page;
  #asked = new Set();
  /** Prompts by number (from 1), as far as they are here. */
  prompts = signal(new Map());

  constructor(page) {
    this.#page = page;
  }

  /** Sees to it that the prompts with these numbers come; a page is asked for again only when there are more prompts. */
  want(first, last, total) {
    const known = this.prompts.peek();
    for (let turn = first; turn <= last; turn++) if (!known.has(turn)) this.#ask(Math.floor((turn - 1) / PAGE), total);
  }

  /** Another version is shown, or prompts were added: what is known may be another's. */
  forget() {
    this.#asked.clear();
    this.prompts.value = new Map();
  }

  /** The message of a day: its prompt's number; null where there is none. */
  async at(seconds) {
    const outline = await this.#get({ at: seconds, limit: PAGE });
    return outline && { id: outline.message_id, turn: outline.prompts.findLast(({ timestamp }) => timestamp <= seconds)?.turn ?? outline.first };
  }

  async #ask(at, total) {
    const name = `${at} of ${total}`;
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    const outline = await this.#get({ first: at * PAGE + 1, limit: PAGE });
    if (!outline || !this.#asked.has(name)) return;
    this.prompts.value = new Map([...this.prompts.peek(), ...outline.prompts.map((prompt) => [prompt.turn, prompt])]);
  }

  #get(wish) {
    const { api, store, toasts } = this.#page;
    const session_id = store.conversation.peek().sessionId;
    return api.get('/api/session/outline', { session_id, ...wish }).catch((error) => { toasts.add(error.message); return null; });
  }
}
