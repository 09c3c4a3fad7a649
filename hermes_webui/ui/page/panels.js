// What lies over the page, one at a time: the palette, the keyboard map, the settings (which have an address).

import { signal } from '@preact/signals';

const SETTINGS = /^\/settings(?:\/([a-z]+))?$/;

export class Panels {
  #page;
  /** `{name: palette | keys | settings, section?}`, or null. */
  open = signal(null);
  /** On a narrow window: the list of conversations lies over the page. */
  drawer = signal(false);

  constructor(page) {
    this.#page = page;
  }

  /** Whether the address is one of the settings; they are shown then, over whatever is there. */
  arrive(path) {
    const found = SETTINGS.exec(path);
    const name = this.open.peek()?.name;
    if (found) this.open.value = { name: 'settings', section: found[1] ?? null };
    else if (name === 'settings') this.open.value = null;
    return Boolean(found);
  }

  show(name) {
    if (name === 'settings') this.settings();
    else this.open.value = { name };
  }

  toggle(name) {
    if (this.open.peek()?.name === name) this.close();
    else this.show(name);
  }

  settings(section = null) {
    const inside = this.open.peek()?.name === 'settings';
    const path = section ? `/settings/${section}` : '/settings';
    if (inside) history.replaceState(history.state, '', path);
    else history.pushState({ over: true }, '', path);
    this.arrive(path);
  }

  close() {
    if (this.open.peek()?.name !== 'settings') this.open.value = null;
    else if (history.state?.over) history.back();
    else this.#page.router.go(this.#page.store.conversation.peek().sessionId);
  }
}
