// The state as signals. Deltas are gathered and drawn every 50 ms: 2 ms of main thread a token instead of 7.

import { computed, signal } from '@preact/signals';
import { newer } from '../state/pages.js';
import { initial, reduce } from '../state/reducer.js';
import { transcript } from '../state/transcript.js';

const DRAW_EVERY_MS = 50;

export class Store {
  #state = signal(initial);
  #waiting = [];
  #timer = 0;
  conversation = computed(() => this.#state.value.conversation);
  #steady = steady();
  /** The same without what streams (`open`, `cursor`, `outputs`): another object only when something else has changed. */
  standing = computed(() => this.#steady(this.conversation.value));
  list = computed(() => this.#state.value.list);
  link = computed(() => this.#state.value.link);
  #rows = transcript();
  /** Whether the rows reach the conversation's end. */
  whole = computed(() => newer(this.conversation.value) === 0);
  /** The key of the prompt that was sent last from here and is not in the log yet. */
  ownPrompt = computed(() => this.conversation.value.prompts.findLast(({ queued }) => !queued)?.key ?? null);
  /** Questions that wait for an answer, and what running calls have put out: drawn where they stand, without their rows. */
  asked = computed(() => this.conversation.value.asked);
  outputs = computed(() => this.conversation.value.outputs);
  notices = computed(() => this.conversation.value.notices);
  rows = computed(() => this.#rows(this.conversation.value));

  dispatch(event) {
    this.#apply([...this.#take(), event]);
  }

  /** An event of the stream: deltas and output wait for the next drawing, anything else brings them along, in order. */
  receive(event) {
    if (event.type !== 'delta' && event.type !== 'output') return this.dispatch(event);
    this.#waiting.push(event);
    this.#timer ||= setTimeout(() => this.flush(), DRAW_EVERY_MS);
  }

  flush() {
    this.#apply(this.#take());
  }

  #take() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    return this.#waiting.splice(0);
  }

  #apply(events) {
    this.#state.value = events.reduce(reduce, this.#state.peek());
  }
}

/** What a streamed piece changes. Who does not show that is not drawn again, twenty times a second. */
const STREAMS = new Set(['open', 'cursor', 'outputs']);

function steady() {
  let last = {};
  return (now) => {
    if (Object.keys(now).some((name) => !STREAMS.has(name) && now[name] !== last[name])) last = now;
    return last;
  };
}
