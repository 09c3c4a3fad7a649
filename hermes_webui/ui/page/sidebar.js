// How wide the list stands beside the conversation, and whether it does: as this browser left it.

import { signal } from '@preact/signals';
import { t } from '../words/words.js';

export class SidebarState {
  #storage;

  constructor({ storage, commands }) {
    this.#storage = storage;
    this.width = signal(storage.get('sidebarWidth'));
    this.hidden = signal(storage.get('sidebarHidden') === true);
    commands.add({ id: 'list.toggle', group: 'list', keys: 'mod+b', title: () => t('list.toggle'), run: () => this.toggle() });
    commands.add({ id: 'list.filter', group: 'list', keys: 'mod+shift+f', title: () => t('list.to-filter'), run: () => this.toFilter() });
  }

  /** px; null: as it is at first. */
  resize(width) {
    this.width.value = width;
    if (width === null) this.#storage.remove('sidebarWidth');
    else this.#storage.set('sidebarWidth', width);
  }

  toggle(hidden = !this.hidden.peek()) {
    this.hidden.value = hidden;
    if (hidden) this.#storage.set('sidebarHidden', true);
    else this.#storage.remove('sidebarHidden');
  }

  toFilter() {
    this.toggle(false);
    const focus = () => document.querySelector('.filter input')?.focus();
    focus(); // what is typed next is for it already
    requestAnimationFrame(focus); // where the list was hidden until now
  }
}
