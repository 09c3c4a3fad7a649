// The address: `/` is a new conversation, `/c/<session id>` one that exists, `/c/<session id>#<message id>` a place in it.

import { signal } from '@preact/signals';

const parse = (path) => /^\/c\/([^/]+)$/.exec(path)?.[1] ?? null;

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

  go(sessionId) {
    const path = sessionId ? `/c/${encodeURIComponent(sessionId)}` : '/';
    if (path !== location.pathname + location.hash) history.pushState(null, '', path);
    return this.#arrive();
  }

  /** The new conversation has got its id: the same page, a name of its own. */
  settle(sessionId) {
    history.replaceState(null, '', `/c/${encodeURIComponent(sessionId)}`);
  }

  showsPrompt(key) {
    return this.#page.store.conversation.peek().prompts.some((prompt) => prompt.key === key);
  }

  #arrive() {
    const id = parse(location.pathname);
    this.moves.value += 1;
    return this.#page.reading.open(id && decodeURIComponent(id), messageIn(location.hash));
  }
}
