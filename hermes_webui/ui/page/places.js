// Where in the conversation the reader is: pages in both directions, messages that are gone to, links to them.

import { signal } from '@preact/signals';
import { phrasesOf } from '../state/found.js';
import { newer } from '../state/pages.js';
import { copyText } from '../render/clipboard.js';
import { t } from '../words/words.js';

const PAGE = 80;
const TRIES = 5;
const FOLLOWS = () => null;

export class Places {
  #page;
  #loading = { older: null, newer: null };
  #count = 0;
  /** `{id, at, focus}`: the message to go to (`at` tells a second wish from the first), or null for the end. */
  target = signal(null);
  /** `{kind: elsewhere | unknown, id}`: why a message that was asked for is not shown. */
  missing = signal(null);
  /** What helps to find one's way, open or not. */
  finding = signal(false);
  outlined = signal(false);
  renaming = signal(false);
  /** `{id, phrases}`: the message that a search has led to, and what it was for; null where none has. */
  sought = signal(null);
  /** The message that the next answer is to be around. */
  wanted = null;
  /** The id of the message at the reader's place; null for who follows the end. The transcript sets it. */
  reader = FOLLOWS;

  constructor(page) {
    this.#page = page;
  }

  /** A search leads to a message, in this conversation or another one. */
  seek({ session_id: session, id }, query) {
    this.sought.value = { id, phrases: phrasesOf(query) };
    return this.#page.router.go(session, id);
  }

  /** Another conversation is opened, perhaps at a message of it. */
  begin(messageId) {
    if (this.sought.peek()?.id !== messageId) this.sought.value = null;
    for (const part of [this.finding, this.renaming]) part.value = false;
    this.target.value = null;
    this.missing.value = null;
    this.wanted = messageId;
    this.reader = FOLLOWS;
  }

  /** The conversation is there. */
  arrive() {
    if (this.wanted) this.#aim(this.wanted);
    this.wanted = null;
  }

  /** It is there without the message: said where somebody wanted it. */
  lose(error) {
    if (this.wanted) this.#miss(error);
    this.wanted = null;
  }

  /** The page before the first message that is held. */
  older() {
    const { more, messages } = this.#conversation;
    if (more) this.#once('older', { msg_before: messages[0].id }, { before: messages[0].id });
  }

  /** The page after the last message that is held. */
  newer() {
    const conversation = this.#conversation;
    const last = conversation.messages.at(-1)?.id;
    if (last && newer(conversation)) this.#once('newer', { msg_after: last }, { after: last });
  }

  /** Goes to a message, wherever it is; says why where it cannot. Whether it is shown. */
  async show(id, { focus = true } = {}) {
    const { store } = this.#page;
    this.missing.value = null;
    if (!this.#conversation.messages.some((message) => message.id === id)) {
      const answer = await this.#ask({ msg_around: id }).catch((error) => this.#miss(error));
      if (!answer) return false;
      store.dispatch({ type: 'page.loaded', session_id: answer.session.session_id, session: answer.session });
    }
    this.#aim(id, focus);
    return true;
  }

  #aim(id, focus = true) {
    this.target.value = { id, focus, at: ++this.#count };
  }

  /** To the last message, and from there on along with what comes. An answer from before what came meanwhile is no end. */
  async newest() {
    for (let tries = 0; newer(this.#conversation) && tries < TRIES; tries++) {
      const answer = await this.#ask({}).catch((error) => this.#told(error));
      if (!answer) return;
      this.#page.store.dispatch({ type: 'page.loaded', session_id: answer.session.session_id, session: answer.session });
    }
    if (location.hash) this.#page.router.settle(this.#conversation.sessionId); // the address names the place no longer
    this.#aim(null, false);
  }

  /** To the first prompt of all. */
  async first() {
    const { api } = this.#page;
    const session_id = this.#conversation.sessionId;
    const outline = await api.get('/api/session/outline', { session_id, at: 0, limit: 1 }).catch((error) => this.#told(error));
    if (outline?.message_id) await this.show(outline.message_id);
  }

  /** Notes why a message is not there; another failure is told and no more. */
  #miss(error) {
    const id = error.details?.message_id;
    if (!id) return this.#told(error);
    this.missing.value = { kind: error.status === 409 ? 'elsewhere' : 'unknown', id };
    return null;
  }

  /** The version in which the message stands is shown, then the message. */
  async showVersion(id) {
    this.missing.value = null;
    this.wanted = id;
    const done = await this.#page.ask('/api/session/select', { session_id: this.#conversation.sessionId, message_id: id });
    if (done) await this.#page.reading.load();
  }

  /** The address of a message of this conversation. */
  linkTo(id) {
    return new URL(`/c/${encodeURIComponent(this.#conversation.sessionId)}#${encodeURIComponent(id)}`, location.href).href;
  }

  async copyLink(id) {
    const done = await copyText(this.linkTo(id));
    this.#page.toasts.add(t(done ? 'conversation.link-copied' : 'conversation.link-not-copied'));
  }

  get #conversation() {
    return this.#page.store.conversation.peek();
  }

  #once(way, query, place) {
    this.#loading[way] ??= this.#fetch(query, place).finally(() => { this.#loading[way] = null; });
  }

  async #fetch(query, place) {
    const session_id = this.#conversation.sessionId;
    const answer = await this.#ask(query).catch((error) => this.#told(error));
    const trim = this.reader() !== null;
    if (answer) this.#page.store.dispatch({ type: 'page.loaded', session_id, ...place, trim, session: answer.session });
  }

  #ask(query) {
    return this.#page.api.get('/api/session', { session_id: this.#conversation.sessionId, messages: 1, msg_limit: PAGE, ...query });
  }

  #told(error) {
    this.#page.toasts.add(error.message);
    return null;
  }
}
