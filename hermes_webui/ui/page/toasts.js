// Short sentences over the conversation, each with at most one action.

import { signal } from '@preact/signals';

const STAYS_MS = 8000;
const STAYS_TO_UNDO_MS = 12_000;

export class Toasts {
  #count = 0;
  #timers = new Map();
  items = signal([]);

  add(text, action = null) {
    const id = ++this.#count;
    this.items.value = [...this.items.value.slice(-2), { id, text, action }];
    this.leaveSoon(id);
  }

  /** Who reads it, or is about to use its action, is given the time. */
  stay(id) {
    clearTimeout(this.#timers.get(id));
  }

  leaveSoon(id) {
    this.stay(id);
    const item = this.items.value.find((one) => one.id === id);
    if (item) this.#timers.set(id, setTimeout(() => this.remove(id), item.action ? STAYS_TO_UNDO_MS : STAYS_MS));
  }

  remove(id) {
    this.stay(id);
    this.#timers.delete(id);
    this.items.value = this.items.value.filter((item) => item.id !== id);
  }

  async run({ id, action }) {
    this.remove(id);
    await action.run();
  }
}
