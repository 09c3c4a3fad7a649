// A prompt's way to the disk: into this browser's outbox, then to the server under a key of its own, again and again
// until it is acknowledged. The composer is emptied at the acknowledgement, never before.

import { signal } from '@preact/signals';
import { Outbox, pause, verdict } from '../state/outbox.js';
import { newKey, withLock } from './keys.js';

export class Sending {
  #page;
  #outbox;
  #timers = new Map();
  /** Why the last prompt was refused; its text is still in the composer. */
  refusal = signal(null);

  constructor(page, storage) {
    this.#page = page;
    this.#outbox = new Outbox(storage);
  }

  send(content) {
    const { store, models } = this.#page;
    const { sessionId } = store.conversation.peek();
    const item = { key: newKey(), session_id: sessionId, content, at: Date.now(), attempts: 0, choice: models.choice.peek() };
    this.refusal.value = null;
    this.#show(this.#outbox.put(item));
    return this.#deliver(item);
  }

  /** What waits for the session that has just been opened is shown again. */
  show(sessionId) {
    this.refusal.value = null;
    for (const item of this.#outbox.of(sessionId)) this.#show(item);
  }

  /** The server is there (again): everything that waits goes out, in order. */
  async deliverAll() {
    for (const item of this.#outbox.all()) await this.#deliver(item);
  }

  /** Back into the composer, unsent. */
  takeBack(key) {
    const item = this.#outbox.get(key);
    this.#forget(key);
    this.#page.store.dispatch({ type: 'prompt.removed', session_id: item?.session_id ?? null, key });
  }

  #show({ session_id, key, content, at }) {
    this.#page.store.dispatch({ type: 'prompt.sending', session_id, key, content, at: at / 1000 });
  }

  async #deliver({ key }) {
    clearTimeout(this.#timers.get(key));
    await withLock(`hermes.send.${key}`, async () => {
      const item = this.#outbox.get(key);
      if (item) await this.#attempt(item).catch((error) => this.#failed(this.#outbox.get(key) ?? item, error));
    });
  }

  async #attempt(item) {
    const { api } = this.#page;
    const placed = item.session_id ? item : await this.#place(item);
    const { session_id, content: message, key } = placed;
    const answer = await api.post('/api/chat/start', { session_id, message, key, ...placed.choice });
    this.#forget(key);
    this.#saved(placed, answer);
  }

  /** A conversation begins on the server with its first prompt. */
  async #place(item) {
    const { api, store, router, drafting } = this.#page;
    const { session } = await api.post('/api/session/new', item.choice ?? {});
    const placed = this.#outbox.put({ ...item, session_id: session.session_id });
    if (store.conversation.peek().sessionId === item.session_id && router.showsPrompt(item.key)) {
      store.dispatch({ type: 'session.opened', session_id: session.session_id, adopt: session });
      drafting.adopt(session.session_id);
      router.settle(session.session_id);
    }
    return placed;
  }

  #saved({ session_id, key, content }, { message_id, stream_id: run_id, queued }) {
    const { store, drafting, reading } = this.#page;
    store.dispatch({ type: 'prompt.saved', session_id, key, message_id, run_id, queued });
    drafting.sent(session_id, content);
    const { sessionId, revision } = store.conversation.peek();
    if (sessionId === session_id && revision === 0) reading.load();
  }

  #failed(item, error) {
    const { store } = this.#page;
    const what = verdict(error);
    if (what === 'new-session' && this.#isNew(item)) return this.#begin(item);
    const waiting = what === 'waits';
    if (waiting) this.#again(item);
    else this.#refuse(item, error);
    store.dispatch({ type: 'prompt.failed', session_id: item.session_id, key: item.key, waiting, error: error.message });
    return undefined;
  }

  /** The server has never kept this session (nothing was in it): it is made again, under the same key. */
  #begin(item) {
    this.#outbox.put({ ...item, session_id: null, attempts: item.attempts + 1 });
    return this.#page.store.conversation.peek().sessionId === item.session_id ? this.#renew(item) : this.#again(item);
  }

  #renew(item) {
    this.#page.store.dispatch({ type: 'session.opened', session_id: null, adopt: {} });
    return this.#attempt(this.#outbox.get(item.key)).catch((error) => this.#again(item, error));
  }

  #isNew(item) {
    const { sessionId, messages } = this.#page.store.conversation.peek();
    return item.attempts < 3 && (sessionId !== item.session_id || messages.length === 0);
  }

  #again(item) {
    const attempts = item.attempts + 1;
    this.#outbox.put({ ...this.#outbox.get(item.key), attempts });
    this.#timers.set(item.key, setTimeout(() => this.#deliver(item), pause(attempts)));
  }

  #refuse(item, error) {
    this.#forget(item.key);
    this.refusal.value = error.message;
    this.#page.store.dispatch({ type: 'prompt.removed', session_id: item.session_id, key: item.key });
  }

  #forget(key) {
    clearTimeout(this.#timers.get(key));
    this.#outbox.remove(key);
  }
}
