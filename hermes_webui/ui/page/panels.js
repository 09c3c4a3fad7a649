// What lies over the page, one at a time: the palette, the keyboard map, a question, the settings (which have an address).

import { effect, signal } from '@preact/signals';
import { sectionOf } from '../state/settings.js';
import { pathOf } from './router.js';

const SETTINGS = /^\/settings(?:\/([a-z]+))?$/;

export class Panels {
  #page;
  /** `{name: palette | keys | purge | settings, section?}`, or null. */
  open = signal(null);
  /** On a narrow window: the list of conversations lies over the page. */
  drawer = signal(false);

  /** What was typed after the keys that opened the palette, while it was still being fetched. */
  typed = '';
  #held = (event) => this.#hold(event);

  constructor(page) {
    this.#page = page;
    effect(() => { if (this.open.value) this.#wait(); else this.arrived(); });
  }

  /** Until what was opened is there, keys are for it and not for the field below. */
  #wait() {
    if (document.querySelector('dialog[open]')) return;
    this.typed = '';
    addEventListener('keydown', this.#held, { capture: true });
  }

  #hold(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Backspace') this.typed = this.typed.slice(0, -1);
    else if (event.key.length === 1) this.typed += event.key;
  }

  /** It is there, or has been closed. */
  arrived() {
    removeEventListener('keydown', this.#held, { capture: true });
  }

  get inSettings() {
    return this.open.peek()?.name === 'settings';
  }

  /** Whether the address is one of the settings; they are shown then, over whatever is there. */
  arrive(path) {
    const found = SETTINGS.exec(path);
    if (found) this.open.value = { name: 'settings', section: sectionOf(found[1]) };
    else if (this.inSettings) this.open.value = null;
    return Boolean(found);
  }

  show(name) {
    this.open.value = { name };
  }

  toggle(name) {
    if (this.open.peek()?.name === name) this.open.value = null;
    else if (!this.inSettings) this.show(name);
    else {
      this.close();
      setTimeout(() => this.show(name)); // the settings leave by the address first
    }
  }

  settings(section = null) {
    const path = section ? `/settings/${section}` : '/settings';
    if (this.inSettings) history.replaceState(history.state, '', path);
    else history.pushState({ under: location.pathname }, '', path);
    this.arrive(path);
  }

  /** Back to the conversation that lies below. */
  close() {
    if (!this.inSettings) {
      this.open.value = null;
      return;
    }
    const path = pathOf(this.#page.store.conversation.peek().sessionId);
    if (history.state?.under === path) history.back();
    else history.replaceState(null, '', path);
    this.open.value = null;
  }
}
