// The version of this page's files, and what happens when the server has another one: an upgrade is offered while the
// page is looked at, and taken when it is not.

import { effect } from '@preact/signals';

const ADDRESS = /\/static\/([0-9a-f]{12})\//;

export class Version {
  /** The digest in this page's own address; empty where it was opened in another way. */
  own = ADDRESS.exec(import.meta.url)?.[1] ?? '';
  #page;

  constructor(page) {
    this.#page = page;
  }

  get outdated() {
    const { ui } = this.#page.store.link.value;
    return Boolean(this.own && ui && ui !== this.own);
  }

  /** What was typed and sent is in the browser's storage, so a page that nobody sees may come back as the new one. */
  watch() {
    addEventListener('visibilitychange', () => this.#renew());
    effect(() => { if (this.outdated) this.#renew(); });
  }

  #renew() {
    const { store } = this.#page;
    if (document.hidden && this.outdated && !store.conversation.peek().run && !this.#holdsMore()) location.reload();
  }

  /** What is only in this page: a form that is filled in, a prompt that is reworded, a file that is not kept yet. */
  #holdsMore() {
    const fields = [...document.querySelectorAll('textarea, input')];
    return !this.#page.attaching.ready || fields.some((field) => field.id !== 'composer' && field.value !== field.defaultValue);
  }
}
