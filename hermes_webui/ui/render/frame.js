// A document of ours with a policy of its own (`frames/`), and the messages between it and the page.

import { element } from './element.js';

export class Frame {
  #node;
  #receive;

  /** `receive` gets what the frame says; its first message is `{ready: true}`. */
  constructor(name, attributes, receive) {
    this.#receive = receive;
    this.#node = element('iframe', { src: new URL(`../frames/${name}.html`, import.meta.url).href, ...attributes });
    addEventListener('message', this);
  }

  get node() {
    return this.#node;
  }

  send(message) {
    this.#node.contentWindow?.postMessage(message, location.origin);
  }

  close() {
    removeEventListener('message', this);
    this.#node.remove();
  }

  handleEvent({ source, origin, data }) {
    if (source && source === this.#node.contentWindow && origin === location.origin) this.#receive(data);
  }
}
