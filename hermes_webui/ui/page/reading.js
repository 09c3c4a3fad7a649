// The conversation that is looked at: opening it, other branches, stopping and resuming.

import { effect } from '@preact/signals';
import { isFinal } from '../state/link.js';
import { pause } from '../state/outbox.js';
import { contentText } from '../state/text.js';

const PAGE = 80;

/** Anything that may be a formula: then what draws them is fetched before the first drawing, so that nothing shifts. */
const FORMULA = /\$\$|\\[([]|\$\S/;

async function drawable({ messages }) {
  const formulas = messages.some(({ role, content }) => role === 'assistant' && FORMULA.test(contentText(content)));
  if (formulas) await import('../render/finish.js').then(({ prepare }) => prepare(), () => null);
}

export class Reading {
  #page;
  #asked = 0;
  #failures = 0;
  #timer = 0;

  constructor(page) {
    this.#page = page;
  }

  /** Whenever the fold says that it cannot go on by itself, the session is fetched. */
  watch() {
    return effect(() => {
      const { stale, error } = this.#page.store.standing.value;
      if (stale && !error) queueMicrotask(() => this.load());
    });
  }

  /** Opens a conversation, at a message of it where one is named. */
  open(sessionId, messageId = null) {
    const { store, stream, drafting, sending, places } = this.#page;
    const { sessionId: here, loaded, stale, error } = store.conversation.peek();
    if (messageId && here === sessionId && loaded && !stale && !error) return places.show(messageId);
    this.#failures = 0;
    clearTimeout(this.#timer);
    store.flush();
    store.dispatch({ type: 'session.opened', session_id: sessionId });
    places.begin(messageId);
    drafting.open(sessionId);
    sending.show(sessionId);
    if (sessionId) return this.load();
    stream.connect();
    return Promise.resolve();
  }

  /** The session as it is now, around the message that is wanted or read; else its end. */
  async load() {
    const { store, stream, drafting, places } = this.#page;
    const session_id = store.conversation.peek().sessionId;
    const asked = ++this.#asked;
    clearTimeout(this.#timer);
    stream.close();
    try {
      const session = await this.#fetch(session_id);
      await drawable(session);
      if (asked !== this.#asked || store.conversation.peek().sessionId !== session_id) return;
      this.#failures = 0;
      store.dispatch({ type: 'session.loaded', session_id, session });
      places.arrive();
      drafting.loaded(session_id, session.draft);
    } catch (error) {
      if (asked === this.#asked) this.#failed(session_id, error);
    }
    if (asked === this.#asked) stream.connect();
  }

  /** Around the message that is wanted or read; where another version is shown now, around what stands before it. */
  async #fetch(session_id) {
    const { api, places, store } = this.#page;
    const wanted = places.wanted ?? places.reader();
    const before = store.conversation.peek().messages.find(({ id }) => id === wanted)?.parent;
    for (const msg_around of [wanted, before].filter(Boolean)) {
      try {
        return (await api.get('/api/session', { session_id, messages: 1, msg_limit: PAGE, msg_around })).session;
      } catch (error) {
        if (!error.details?.message_id) throw error;
        places.lose(error);
      }
    }
    return (await api.get('/api/session', { session_id, messages: 1, msg_limit: PAGE })).session;
  }

  /** The server is back: what failed while it was away is asked for again at once. */
  again() {
    const { error, sessionId } = this.#page.store.conversation.peek();
    if (sessionId && error && !isFinal(error)) this.load();
  }

  /** A refusal is final. Else the page tries again, at longer and longer intervals; what it shows already stays. */
  #failed(session_id, error) {
    const { store } = this.#page;
    if (error.status === 0 || error.status >= 500) store.dispatch({ type: 'link.away', at: Date.now() });
    const { status, message, details } = error;
    store.dispatch({ type: 'session.failed', session_id, error: { status, message, trashed: Boolean(details?.trashed), purged: Boolean(details?.purged) } });
    if (isFinal(error)) return;
    this.#failures += 1;
    this.#timer = setTimeout(() => this.load(), pause(this.#failures));
  }

  /** The address of a message. */
  linkTo(messageId) {
    return this.#page.places.linkTo(messageId);
  }

  copyLink(messageId) {
    return this.#page.places.copyLink(messageId);
  }

  select(messageId) {
    return this.#command('/api/session/select', { message_id: messageId });
  }

  /** Whether the edited prompt is on disk: only then may its editor close. */
  edit(messageId, message, key) {
    return this.#command('/api/session/edit', { message_id: messageId, message, key });
  }

  cancel(runId) {
    return this.#page.ask('/api/chat/cancel', { stream_id: runId });
  }

  stop() {
    const { run } = this.#page.store.conversation.peek();
    return run ? this.cancel(run.run_id) : null;
  }

  resume() {
    return this.#command('/api/chat/resume', {});
  }

  #command(path, body) {
    const session_id = this.#page.store.conversation.peek().sessionId;
    return this.#page.ask(path, { session_id, ...body });
  }
}
