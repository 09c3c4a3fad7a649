// What is chosen for this browser: how the page looks, and what it does. Each is a signal: preferences.of('sendKey').value.

import { signal } from '@preact/signals';
import { CHOICES, SEEN, valid } from '../state/preferences.js';

export class Preferences {
  #storage;
  #signals = {};

  constructor(storage) {
    this.#storage = storage;
    for (const name of Object.keys(CHOICES)) this.#signals[name] = signal(valid(name, storage.get(name)));
    addEventListener('storage', () => this.#again()); // another tab chose
  }

  of(name) {
    return this.#signals[name];
  }

  choose(name, value) {
    if (value === CHOICES[name][0]) this.#storage.remove(name);
    else this.#storage.set(name, value);
    this.#show(name, value);
  }

  #again() {
    for (const name of Object.keys(CHOICES)) this.#show(name, valid(name, this.#storage.get(name)));
  }

  #show(name, value) {
    this.#signals[name].value = value;
    if (!SEEN.includes(name)) return;
    const { dataset } = document.documentElement;
    if (value === CHOICES[name][0]) delete dataset[name];
    else dataset[name] = value;
  }
}
