// Short sentences at the foot of the page, each with at most one action.

import { signal } from '@preact/signals';

const STAYS_MS = 8000;

export class Toasts {
  #count = 0;
  items = signal([]);

  add(text, action = null) {
    const id = ++this.#count;
    this.items.value = [...this.items.value.slice(-2), { id, text, action }];
    setTimeout(() => this.remove(id), STAYS_MS);
  }

  remove(id) {
    this.items.value = this.items.value.filter((item) => item.id !== id);
  }

  async run({ id, action }) {
    this.remove(id);
    await action.run();
  }
}
