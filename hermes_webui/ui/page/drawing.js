// What draws replies (Markdown, code, tools, what can be done with one) is half of the page's weight. A first visit does
// without: it comes with the first letter typed, or with the first conversation that is opened.

import { effect, signal } from '@preact/signals';
import { styled } from '../components/styled.js';

const AGAIN_MS = 2000;

export class Drawing {
  #coming = null;
  #load;
  /** The component that draws a reply, once it is here. */
  Reply = signal(null);
  /** It is here, or has failed to come once: nothing waits for it any longer. */
  settled = signal(false);

  constructor(load = () => styled('agents', import('../components/assistant-message.js'))) {
    this.#load = load;
  }

  watch({ store }) {
    addEventListener('input', () => this.fetch(), { once: true });
    effect(() => { if (store.standing.value.sessionId) this.fetch(); });
  }

  fetch() {
    this.#coming ??= this.#load().then((module) => { this.Reply.value = module.AssistantMessage; }, () => this.#later()).then(() => {
      this.settled.value = true;
    });
    return this.#coming;
  }

  #later() {
    setTimeout(() => {
      this.#coming = null;
      this.fetch();
    }, AGAIN_MS);
  }
}
