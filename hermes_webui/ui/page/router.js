// The address: `/` is a new conversation, `/c/<session id>` one that exists, `/c/<session id>#<message id>` a place in it.

import { signal } from '@preact/signals';

const idOf = (path) => decodeURIComponent(/^\/c\/([^/]+)$/.exec(path)?.[1] ?? '') || null;

export const pathOf = (sessionId) => (sessionId ? `/c/${encodeURIComponent(sessionId)}` : '/');

/** The message that the address names; what is no text of an address names none. */
function messageIn(hash) {
  try {
    return decodeURIComponent(hash.slice(1)) || null;
  } catch {
    return null;
  }
}

export class Router {
  #page;
  /** Grows at every change of place: the composer takes the focus then. */
  moves = signal(0);

  constructor(page) {
    this.#page = page;
  }

  start() {
    addEventListener('popstate', () => this.#arrive());
    return this.#arrive();
  }

  /** To a conversation, or to a message of it. */
  go(sessionId, messageId = null) {
    const path = pathOf(sessionId) + (messageId ? `#${encodeURIComponent(messageId)}` : '');
    if (path !== location.pathname + location.hash) history.pushState(null, '', path);
    return this.#arrive();
  }

  /** The new conversation has got its id: the same page, a name of its own. */
  settle(sessionId) {
    if (this.#page.panels.inSettings) return; // the address follows when they are left
    history.replaceState(null, '', pathOf(sessionId));
  }

  showsPrompt(key) {
    return this.#page.store.conversation.peek().prompts.some((prompt) => prompt.key === key);
  }

  /** The settings lie over the conversation that is there, which stays as it is: also when they are left again. */
  #arrive() {
    const { panels, reading, store } = this.#page;
    const before = panels.inSettings;
    const over = panels.arrive(location.pathname);
    const id = idOf(location.pathname);
    if (this.moves.peek() > 0 && (over || (before && id === store.conversation.peek().sessionId))) return null;
    const message = messageIn(location.hash); // which takes the focus, then
    if (!message || this.moves.peek() === 0) this.moves.value += 1;
    return reading.open(id, message);
  }
}
