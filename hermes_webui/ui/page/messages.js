// What can be done with a message, and with prompts that wait. Everything that changes the conversation is a command to the
// server; what it makes of it comes back by the stream.

import { toComposer } from '../components/focus.js';
import { copyText } from '../render/clipboard.js';
import { newer } from '../state/pages.js';
import { newKey } from './keys.js';
import { t } from '../words/words.js';

export class Messages {
  #page;

  constructor(page) {
    this.#page = page;
  }

  /** The button beside selected text is fetched with the first selection in a reply. */
  watch() {
    const selected = () => {
      const text = getSelection();
      if (text.isCollapsed || !text.anchorNode?.parentElement?.closest('.reply')) return;
      document.removeEventListener('selectionchange', selected);
      import('./quoting.js').then(({ watchSelections }) => watchSelections((words) => this.quote(words)));
    };
    document.addEventListener('selectionchange', selected);
  }

  /** Nothing that moves the end of the path can be done while a reply is written. */
  get idle() {
    return !this.#page.store.conversation.peek().run;
  }

  async copy(text) {
    const done = await copyText(text);
    this.#page.toasts.add(t(done ? 'message.copied' : 'message.not-copied'));
  }

  copyLink(id) {
    return this.#page.places.copyLink(id);
  }

  /** Into the composer, below what stands there, ready to be written on. */
  quote(text) {
    const { drafting } = this.#page;
    const quoted = text.trim().split('\n').map((line) => `> ${line}`.trimEnd()).join('\n');
    const before = drafting.text.peek().trimEnd();
    drafting.edit(`${before ? `${before}\n\n` : ''}${quoted}\n\n`);
    toComposer();
    queueMicrotask(() => document.getElementById('composer')?.setSelectionRange(1e9, 1e9));
  }

  /** `choice`: {engine, model_provider, model} where another model shall answer. */
  retry(id, choice = {}) {
    return this.#command('/api/session/retry', { message_id: id, key: newKey(), ...choice });
  }

  carryOn(id) {
    return this.#command('/api/session/continue', { message_id: id, key: newKey() });
  }

  /** The path ends before this message; what it hides is a step away, now and after a reload. */
  async cutBefore({ parent }) {
    const { store, toasts } = this.#page;
    const conversation = store.conversation.peek();
    const { messages } = conversation;
    const last = messages.at(-1)?.id;
    if (!(await this.endIn(parent ?? null))) return;
    const count = messages.length - 1 - messages.findIndex((message) => message.id === parent) + newer(conversation);
    // The server knows the old end, which need not be among the messages that are here.
    const undo = () => this.endIn(store.conversation.peek().hidden?.message_id ?? last);
    toasts.add(t('message.deleted', { count }), { name: t('message.undo'), run: undo });
  }

  endIn(id) {
    return this.#command('/api/session/select', { message_id: id, exact: true });
  }

  async fork(id) {
    const { router, store, toasts } = this.#page;
    const origin = store.conversation.peek().sessionId;
    const answer = await this.#command('/api/session/fork', { message_id: id });
    if (!answer) return;
    await router.go(answer.session.session_id);
    toasts.add(t('message.forked'), { name: t('message.back'), run: () => router.go(origin) });
  }

  requeue(queueId, action, more = {}) {
    return this.#command('/api/session/queue', { queue_id: queueId, action, ...more });
  }

  /** A prompt that waits is given to the reply that is being written, at its next step; or waits for its turn after all. */
  steer(queueId, steer) {
    return this.#command('/api/chat/steer', { queue_id: queueId, steer });
  }

  /** What was being reworded when its turn came goes on in the composer. */
  keep(sessionId, text) {
    this.#page.drafting.putBack(sessionId, text);
    this.#page.toasts.add(t('message.queue-late'));
  }

  #command(path, body) {
    return this.#page.ask(path, { session_id: this.#page.store.conversation.peek().sessionId, ...body });
  }
}
