// The version of this page's files, and what happens when the server has another one: an upgrade is offered while the
// page is looked at, and taken when it is not.

import { effect } from '@preact/signals';

const ADDRESS = /\/static\/([0-9a-f]{12})\//;

export class Version {
  /** The digest in this page's own address; empty where it was opened in another way. */
  own = ADDRESS.exec(import.meta.url)?.[1] ?? '';
  #store;

  constructor({ store }) {
    this.#store = store;
  }

  get outdated() {
    const { ui } = this.#store.link.value;
    return Boolean(this.own && ui && ui !== this.own);
  }

  /** What was typed and sent is in the browser's storage, so a page that nobody sees may come back as the new one. */
  watch() {
    addEventListener('visibilitychange', () => this.#renew());
    effect(() => { if (this.outdated) this.#renew(); });
  }

  #renew() {
    if (document.hidden && this.outdated && !this.#store.conversation.peek().run) location.reload();
  }
}
