// ↑ in an empty composer brings the last prompts back, ↓ leads forward again.

import { recallable, step, withSent } from '../state/recall.js';
import { contentText } from '../state/text.js';

export class Recall {
  #page;
  #storage;
  #list = [];
  #at = -1;

  constructor(page, storage) {
    this.#page = page;
    this.#storage = storage;
  }

  add(text) {
    this.#at = -1;
    this.#storage.set('sent', withSent(this.#storage.get('sent') ?? [], text));
  }

  /** The text that ↑ (1) or ↓ (-1) leads to, or null where the key keeps its own meaning. */
  step(by) {
    const text = this.#page.drafting.text.peek();
    if (!text) this.#begin();
    const next = step(this.#list, this.#at, by, text);
    if (next === null) return null;
    this.#at = next;
    return this.#list[next] ?? '';
  }

  #begin() {
    const { messages } = this.#page.store.conversation.peek();
    const own = messages.filter(({ role }) => role === 'user').map(({ content }) => contentText(content));
    this.#list = recallable(own, this.#storage.get('sent') ?? []);
    this.#at = -1;
  }
}
