// The page's whole state is one fold of events: the stream's, what the server answered, and what this browser did.
// Pure: `node --test tests/ui` runs it without a browser.

import { blank, conversation } from './conversation.js';
import { link, noLink } from './link.js';
import { list, noList } from './list.js';

export const initial = { conversation: blank(), list: noList, link: noLink };

/** The state after `event`; the same object where nothing changed. */
export function reduce(state, event) {
  const next = {
    conversation: conversation(state.conversation, event),
    list: list(state.list, event),
    link: link(state.link, event),
  };
  const same = Object.keys(next).every((part) => next[part] === state[part]);
  return same ? state : next;
}
