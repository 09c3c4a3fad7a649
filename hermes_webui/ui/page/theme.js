// Light, dark, or as the system has it. `/static/theme.js` sets it before the first paint; this changes it.

import { signal } from '@preact/signals';

export class Theme {
  #storage;

  constructor(storage) {
    this.#storage = storage;
    this.choice = signal(storage.get('theme') ?? 'system');
  }

  choose(choice) {
    this.choice.value = choice;
    if (choice === 'system') this.#storage.remove('theme');
    else this.#storage.set('theme', choice);
    const root = document.documentElement;
    if (choice === 'system') delete root.dataset.theme;
    else root.dataset.theme = choice;
  }
}
