// Answering what agents ask: by mouse, by key, once, and with a sentence where it did not arrive. An answer is not kept to be
// sent later: what was right to allow now may be wrong in an hour.

import { effect, signal } from '@preact/signals';
import { t } from '../words/words.js';

/** A key means the question that one has seen, not the one that has just come in its place. */
const LOOKED_AT_MS = 600;

/** Which kind of option a key stands for. */
export const KEYS = { allow_once: 'y', allow_session: 'a', reject_once: 'n' };

export class Answering {
  #page;
  #since = new Map();
  /** `{request_id, choice}` while an answer is on its way. */
  sending = signal(null);
  /** Why the last answer to a question did not arrive: `{request_id, text}`. */
  fault = signal(null);
  /** Ids of the questions whose answers can be seen. */
  seen = signal(new Set());

  constructor(page) {
    this.#page = page;
    for (const [kind, keys] of Object.entries(KEYS)) this.#command(kind, keys);
    page.commands.add({
      id: 'answer.show', group: 'chat', keys: 'mod+j', title: () => t('agents.to-question'), when: () => Boolean(this.first), run: () => this.show(),
    });
    effect(() => { if (!page.store.asked.value.length) this.#since.clear(); });
  }

  #command(kind, keys) {
    const { commands } = this.#page;
    commands.add({
      id: `answer.${kind}`, group: 'chat', keys, writing: commands.inText(keys), once: true, title: () => t(`agents.key-${kind}`),
      when: () => Boolean(this.#meant(kind)), run: () => this.#byKey(kind),
    });
  }

  /** The question that keys are for. */
  get first() {
    return this.#page.store.asked.value[0] ?? null;
  }

  /** The first question's option of this kind, where it is one that a key may take: it is in view. */
  #meant(kind) {
    const { first } = this;
    if (first?.kind !== 'permission' || !this.seen.value.has(first.request_id)) return null;
    const fitting = first.options.filter((option) => option.kind === kind);
    return fitting.length === 1 ? fitting[0] : null;
  }

  #byKey(kind) {
    const option = this.#meant(kind);
    const long = performance.now() - (this.#since.get(this.first?.request_id) ?? Infinity) >= LOOKED_AT_MS;
    if (option && long) this.answer(this.first, option.id);
  }

  /** The answers to this question have come into view, or have left it. */
  sees(request_id, visible) {
    const seen = new Set(this.seen.peek());
    if (seen.has(request_id) === visible) return;
    if (visible) seen.add(request_id);
    else seen.delete(request_id);
    this.#since.set(request_id, visible ? performance.now() : Infinity);
    this.seen.value = seen;
  }

  async answer({ request_id }, choice, values = {}) {
    if (this.sending.peek()) return;
    const { api, store, toasts } = this.#page;
    const session_id = store.conversation.peek().sessionId;
    this.sending.value = { request_id, choice };
    this.fault.value = null;
    try {
      await api.post('/api/session/answer', { session_id, request_id, choice, values });
      store.dispatch({ type: 'question.closed', session_id, request_id });
    } catch (error) {
      if (error.status === 409) {
        store.dispatch({ type: 'question.closed', session_id, request_id });
        toasts.add(t('agents.answered-elsewhere'));
      } else this.fault.value = { request_id, text: error.status === 0 ? t('agents.not-arrived') : error.message };
    } finally {
      this.sending.value = null;
    }
  }

  /** To the first question: it is drawn, its answers are in view, and it has the focus. */
  async show() {
    const { store, places } = this.#page;
    const { first } = this;
    if (!first) return;
    const { messages } = store.conversation.peek();
    const at = messages.find(({ tool_calls = [] }) => tool_calls.some(({ id }) => id === first.call?.call_id));
    await (at ? places.show(at.id, { focus: false }) : places.newest());
    let patience = 60;
    const look = () => {
      const card = document.querySelector(`[data-question="${CSS.escape(first.request_id)}"]`);
      if (card) arrive(card);
      else if (patience-- > 0) requestAnimationFrame(look);
    };
    requestAnimationFrame(() => requestAnimationFrame(look));
  }
}

function arrive(card) {
  card.scrollIntoView({ block: card.offsetHeight > card.closest('.scroller').clientHeight ? 'end' : 'nearest' });
  card.focus({ preventScroll: true });
}
