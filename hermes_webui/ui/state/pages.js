// The part of a conversation that this browser holds: a stretch of the visible path. It may begin after the first message
// and end before the last one ("detached"); what the stream tells then is counted, and shown once the reader is back there.

import { isArrived } from './prompts.js';

/** Messages held at most while reading far from where the page began: then the far end is let go. */
export const KEPT = 1500;

/** How many messages follow the last one that is held; 0 where the end is shown. */
export const newer = ({ session, offset, messages }) => Math.max((session?.message_count ?? 0) - offset - messages.length, 0);

/**
 * A page that was asked for: `before` or `after` a message that is held, or in the place of all that is held (around one,
 * or the end). With `trim` what is far from it is let go.
 */
export function pageLoaded(state, event) {
  const { session } = event;
  const known = { ...state, prompts: state.prompts.filter((prompt) => !isArrived(prompt, session.messages, state.queue)) };
  if (event.before) return prepend(known, event);
  if (event.after) return append(known, event);
  return { ...known, messages: session.messages, ...placeOf(session) };
}

/** What comes before a page, as the server says it. */
export const placeOf = ({ _messages_truncated, _messages_offset = 0, _prompts_before = 0 }) =>
  ({ more: Boolean(_messages_truncated), offset: _messages_offset, turns: _prompts_before });

function prepend(state, { before, session, trim }) {
  if (state.messages[0]?.id !== before) return state;
  const messages = [...session.messages, ...state.messages];
  return { ...state, ...placeOf(session), messages: trim ? messages.slice(0, KEPT) : messages };
}

function append(state, { after, session, trim }) {
  if (state.messages.at(-1)?.id !== after) return state;
  const messages = [...state.messages, ...session.messages];
  const gone = trim ? Math.max(messages.length - KEPT, 0) : 0;
  if (!gone) return { ...state, messages };
  const turns = state.turns + messages.slice(0, gone).filter(({ role }) => role === 'user').length;
  return { ...state, messages: messages.slice(gone), offset: state.offset + gone, turns, more: true };
}

/** Whether a message that the stream tells of is held already: its page came first. */
export const isHeld = ({ messages }, id) => messages.some((message) => message.id === id);
