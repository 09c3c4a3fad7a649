// A prompt's way to the disk: at Enter into this browser's outbox, then to the server under a key of its own, again and
// again until it is acknowledged. What is sent to one conversation (a lane) goes out in its order, one after the other.

import { signal } from '@preact/signals';
import { given } from '../state/choice.js';
import { Outbox, pause, verdict } from '../state/outbox.js';
import { copyText } from '../render/clipboard.js';
import { t } from '../words/words.js';
import { Presence, newKey, withLock } from './keys.js';

/** Another tab's new conversation is looked at again after so long: its tab may be gone by then. */
const LOOK_AGAIN_MS = 3000;

export class Sending {
  #page;
  #outbox;
  #timers = new Map();
  #lanes = new Map();
  #last = 0;
  #tried = null;
  #presence = new Presence();
  /** Why the last prompt was refused; its text is in the composer. */
  refusal = signal(null);
  /** The key of the prompt that the browser would not keep: the field holds its text until the request is answered. */
  direct = signal(null);

  constructor(page, storage, mirror) {
    this.#page = page;
    this.#outbox = new Outbox(storage, mirror);
    mirror.restore().then(() => this.#restored());
  }

  /** What a crash of the browser had taken from its storage is shown and sent like all that waits. */
  #restored() {
    this.#showAll(this.#page.store.conversation.peek().sessionId);
    if (this.#outbox.all().length) this.deliverAll();
  }

  /** What waits for this conversation. A new one has no id yet: it is what was written in it, or in tabs that are gone. */
  async #of(sessionId, view = this.#page.store.conversation.peek().view) {
    const items = this.#outbox.of(sessionId);
    if (sessionId !== null || !items.length) return items;
    const others = await this.#presence.others();
    return this.#outbox.of(null).filter(({ tab, chat }) => (tab === this.#presence.own ? view === null || chat === view : !others.has(tab)));
  }

  async #showAll(sessionId) {
    const { store } = this.#page;
    const { view } = store.conversation.peek();
    const items = await this.#of(sessionId, view);
    const { sessionId: now, view: still, prompts } = store.conversation.peek();
    if (now !== sessionId || still !== view) return;
    for (const item of items) if (!prompts.some(({ key }) => key === item.key)) this.#show(item);
  }

  /** The composer is emptied once its text is in the outbox, which outlives the page: the text is never only in memory. */
  send(content, { steer = false } = {}) {
    const { drafting, attaching, recall } = this.#page;
    const item = { ...this.#item(content), ...(steer && { steer }) };
    this.refusal.value = null;
    recall.add(content);
    if (this.#outbox.put(item)) {
      attaching.take();
      drafting.taken(content);
    }
    else this.direct.value = item.key;
    this.#show(item);
    return this.#deliver(item.session_id);
  }

  /**
   * A text that was tried in vain from memory keeps its key: the server may have got it all the same. Who answers in a
   * conversation that is not here yet, its server knows; and it is that conversation's alone, whatever became of it.
   */
  #item(content) {
    const { store, models, attaching } = this.#page;
    const { sessionId: session_id, view: chat, loaded } = store.conversation.peek();
    const again = this.#tried?.content === content && this.#tried.session_id === session_id;
    this.#last = Math.max(Date.now(), this.#last + 1);
    const key = again ? this.#tried.key : newKey();
    const files = attaching.all();
    const where = { session_id, tab: this.#presence.own, chat };
    const who = loaded ? { choice: given(models.choice.peek()), begins: session_id ? {} : models.beginning() } : { unseen: true };
    const item = { key, ...where, content, at: this.#last, attempts: 0, begun: 0, ...who };
    return files.length ? { ...item, files } : item;
  }

  /** What waits for the session that has just been opened is shown again. */
  show(sessionId) {
    this.refusal.value = null;
    if (sessionId === null) this.#showAll(null);
    else for (const item of this.#outbox.of(sessionId)) this.#show(item);
  }

  /** The server is there (again): everything that waits goes out. */
  deliverAll() {
    const lanes = new Set(this.#outbox.all().map((item) => item.session_id ?? null));
    return Promise.all([...lanes].map((lane) => this.#deliver(lane)));
  }

  /** Back into the composer, unsent. */
  takeBack(key) {
    const item = this.#outbox.get(key);
    if (item) this.#return(item);
  }

  #show({ session_id, key, content, files, at, attempts }) {
    const { store } = this.#page;
    store.dispatch({ type: 'prompt.sending', session_id, key, content, files, at: at / 1000 });
    if (attempts) store.dispatch({ type: 'prompt.failed', session_id, key, waiting: true, error: null });
  }

  #deliver(lane) {
    clearTimeout(this.#timers.get(lane));
    if (!this.#lanes.has(lane)) { // one that is running takes what is added too
      this.#lanes.set(lane, withLock(`hermes.send.${lane ?? 'new'}`, () => this.#drain(lane)));
    }
    return this.#lanes.get(lane);
  }

  async #drain(lane) {
    await null; // not before it is known to be running
    let goesOn = true;
    try {
      for (let [item] = await this.#of(lane, null); item && goesOn; [item] = await this.#of(lane, null)) {
        goesOn = await this.#attempt(lane, item).catch((error) => this.#failed(lane, item, error));
      }
    } finally {
      this.#lanes.delete(lane);
      if (lane === null && goesOn && this.#outbox.of(null).length) this.#lookAgain();
    }
  }

  #lookAgain() {
    clearTimeout(this.#timers.get(null));
    this.#timers.set(null, setTimeout(() => {
      if (this.#page.store.conversation.peek().sessionId === null) this.#showAll(null);
      this.#deliver(null);
    }, LOOK_AGAIN_MS));
  }

  /** Whether the next one may go. */
  async #attempt(lane, item) {
    if (lane === null) return this.#place(lane, item);
    const { key, content: message, choice, steer } = item;
    const files = await this.#page.attaching.settle(item.files);
    const own = this.#outbox.get(key);
    if (!own) return true; // taken back meanwhile
    if (files.length) this.#outbox.put({ ...own, files });
    const attachments = files.length ? files.map(({ key: _, ...file }) => file) : undefined;
    const answer = await this.#page.api.post('/api/chat/start', { session_id: lane, message, key, attachments, steer, ...given(choice) });
    this.#saved({ ...item, files }, answer);
    return true;
  }

  /** A conversation that is set up before its first prompt: its id, or null where there is no server. */
  async begin() {
    const { store, models, drafting, router } = this.#page;
    const answer = await this.#page.ask('/api/session/new', given(models.choice.peek()));
    if (!answer) return null;
    const { session_id } = answer.session;
    store.dispatch({ type: 'session.opened', session_id, adopt: answer.session });
    drafting.adopt(session_id);
    router.settle(session_id);
    return session_id;
  }

  /** A conversation begins on the server with its first prompt; all that waits for it moves along. */
  async #place(lane, { key, choice, begins, tab, chat }) {
    const { api, store, router, drafting } = this.#page;
    const { session } = await api.post('/api/session/new', { ...given(choice), ...begins });
    const { session_id } = session;
    const along = this.#outbox.of(lane).filter((item) => item.tab === tab && item.chat === chat);
    for (const item of along) this.#outbox.put({ ...item, session_id, begun: (item.begun ?? 0) + 1 });
    if (store.conversation.peek().sessionId === lane && router.showsPrompt(key)) {
      store.dispatch({ type: 'session.opened', session_id, adopt: session });
      drafting.adopt(session_id);
      router.settle(session_id);
    }
    this.#deliver(session_id);
    return true;
  }

  #saved({ session_id, key, content, files }, { message_id, stream_id: run_id, queued }) {
    const { store, drafting, reading, attaching } = this.#page;
    this.#outbox.remove(key);
    store.dispatch({ type: 'prompt.saved', session_id, key, message_id, run_id, queued, files });
    if (this.#ends(key)) {
      drafting.sent(session_id, content);
      attaching.take();
    }
    attaching.sent(files);
    const { sessionId, revision, loaded } = store.conversation.peek();
    if (sessionId === session_id && loaded && revision === 0) reading.load();
  }

  /** Whether this was the one that only the field held: the field is free again. */
  #ends(key) {
    if (this.direct.peek() !== key) return false;
    this.direct.value = null;
    this.#tried = null;
    return true;
  }

  #failed(lane, item, error) {
    if (!this.#outbox.get(item.key)) return true; // taken back meanwhile
    const what = verdict(error);
    if (what === 'waits') return this.#again(lane, error);
    if (what === 'new-session' && this.#isNew(item)) return this.#place(lane, item).catch((next) => this.#again(lane, next));
    this.#return(item, error);
    return true;
  }

  /** The server has never kept this session (nothing was in it): it is made again, under the same keys. */
  #isNew(item) {
    const { sessionId, messages } = this.#page.store.conversation.peek();
    return !item.unseen && (item.begun ?? 0) < 3 && (sessionId !== item.session_id || messages.length === 0);
  }

  /** All of the lane waits, but for what only the field holds: that is for the person to send again. */
  #again(lane, error) {
    const { store } = this.#page;
    const held = this.#outbox.of(lane).find((item) => item.key === this.direct.peek());
    if (held) this.#return(held, error);
    const waiting = this.#outbox.of(lane);
    for (const item of waiting) {
      this.#outbox.put({ ...item, attempts: item.attempts + 1 });
      store.dispatch({ type: 'prompt.failed', session_id: lane, key: item.key, waiting: true, error: error.message });
    }
    clearTimeout(this.#timers.get(lane));
    if (waiting.length) this.#timers.set(lane, setTimeout(() => this.#deliver(lane), pause(waiting[0].attempts + 1)));
    return false;
  }

  /** The text goes back into its composer, where it does not stand there anyway. */
  #return(item, error = null) {
    const { store, drafting, attaching } = this.#page;
    const { session_id, key, content, files } = item;
    this.#outbox.remove(key);
    store.dispatch({ type: 'prompt.removed', session_id, key });
    if (this.#ends(key)) this.#tried = item;
    else {
      drafting.putBack(session_id, content);
      attaching.putBack(session_id, files);
    }
    if (error && store.conversation.peek().sessionId === session_id) this.refusal.value = error.message;
    if (error && item.unseen) this.#page.toasts.add(t('composer.not-sent', { why: error.message }), { name: t('workspace.copy'), run: () => copyText(content) });
  }
}
