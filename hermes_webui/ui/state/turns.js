// What the events of a turn do to a conversation: prompts, deltas, messages, runs, the queue.

import { askedIn, withoutOutput } from './asking.js';
import { isHeld, newer, placeOf } from './pages.js';
import { isArrived, isPrompt } from './prompts.js';
import { contentText, length, skip } from './text.js';

/** More of the open message. What is here already is cut off; a gap makes the conversation stale. */
export function delta(state, { run_id, kind, offset, text, cursor }) {
  if (past(state, run_id, cursor)) return state;
  const open = state.open?.run_id === run_id ? state.open : { run_id, parts: [], offset: 0 };
  if (offset > open.offset) return { ...state, stale: true };
  const fresh = skip(text, open.offset - offset);
  if (!fresh) return state;
  const parts = extend(open.parts, kind, fresh);
  const run = state.run ?? { run_id, model: null, continues: null };
  return { ...state, run, open: { run_id, parts, offset: open.offset + length(fresh) } };
}

/** Does the delta belong to a message that is whole already? */
function past(state, run_id, cursor) {
  if (cursor && Number.parseInt(cursor, 10) < state.whole) return true;
  return !state.run && state.lastRun?.run_id === run_id;
}

function extend(parts, kind, text) {
  const last = parts.at(-1);
  if (last?.[0] !== kind) return [...parts, [kind, text]];
  return [...parts.slice(0, -1), [kind, last[1] + text]];
}

/**
 * A whole message: it takes the open one's place, or its prompt's. Where the end is not shown it is only counted, and where
 * a page has brought it already it is not put there twice.
 */
export function added(state, { data, seq }) {
  const apart = newer(state) > 0 || isHeld(state, data.id);
  if (!apart && (state.messages.at(-1)?.id ?? null) !== (data.parent ?? null)) return { ...state, stale: true };
  const message = messageOf(data);
  return {
    ...state,
    messages: apart ? state.messages : [...state.messages, message],
    hidden: null,
    outputs: withoutOutput(state.outputs, message.tool_call_id),
    open: message.role === 'user' ? state.open : null,
    whole: message.role === 'user' ? state.whole : seq,
    queue: state.queue.filter((item) => !sameRun(item, data)),
    prompts: state.prompts.filter((prompt) => !isPrompt(prompt, message)),
    session: { ...state.session, message_count: (state.session?.message_count ?? 0) + 1 },
  };
}

/** As the session's answer would hold it: the event's own fields beside the message's. */
function messageOf({ message, depth, turn, queue_id, ...fields }) {
  return { ...message, ...fields, parent: fields.parent ?? null };
}

const sameRun = (item, { queue_id, run_id }) =>
  (queue_id !== undefined && item.queue_id === queue_id) || (run_id !== undefined && item.run_id === run_id);

export function queued(state, { data }) {
  const { queue_id, run_id, message } = data;
  const key = message?.key ?? data.key;
  const files = (message?.attachments ?? []).map(({ name }) => name);
  const item = { queue_id, run_id, content: contentText(message?.content), ...(files.length && { files }) };
  return {
    ...state,
    queue: [...state.queue.filter((other) => other.queue_id !== queue_id), item],
    prompts: state.prompts.filter((prompt) => prompt.key !== key && prompt.message_id !== queue_id),
  };
}

/** A prompt that waits says something else, is to steer the reply or not, or the queue has another order. */
export function requeued(state, { data: { queue_id, message, order, steered } }) {
  const changes = { ...(message && { content: contentText(message.content) }), ...(steered !== undefined && { steered }) };
  const queue = state.queue.map((item) => (item.queue_id === queue_id ? { ...item, ...changes } : item));
  if (order) queue.sort((one, other) => order.indexOf(one.queue_id) - order.indexOf(other.queue_id));
  return { ...state, queue };
}

export function started(state, { data }) {
  return {
    ...state,
    run: { run_id: data.run_id, engine: data.engine ?? null, model: data.model ?? null, continues: data.continues ?? null },
    open: state.open?.run_id === data.run_id ? state.open : null,
    queue: state.queue.filter((item) => item.run_id !== data.run_id),
    held: false,
    watched: watching(state.watched, data.run_id),
  };
}

const watching = (watched, run_id) => (watched.includes(run_id) ? watched : [...watched, run_id]);

/** The end of a run, or of one that only stood in the queue. */
export function finished(state, { data }) {
  const queue = state.queue.filter((item) => item.run_id !== data.run_id);
  const other = state.run && state.run.run_id !== data.run_id;
  if (other || queue.length !== state.queue.length) return { ...state, queue, held: state.held && queue.length > 0 };
  const lastRun = { run_id: data.run_id, state: data.state, error: data.error ?? null };
  const held = queue.length > 0 && data.state !== 'done';
  const waiting = queue.map((item) => (item.steered ? { ...item, steered: false } : item));
  return { ...state, queue: waiting, lastRun, held, run: null, open: null, asked: [], outputs: {} };
}

/** The session as the server has it. Older pages that this browser holds already stay. */
export function adopt(state, session) {
  const { messages, draft, open, cursor, tool_calls, ...rest } = session;
  const summary = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('_')));
  const older = olderPages(state, messages);
  const run_id = summary.active_stream_id;
  return {
    ...state, loaded: true, stale: false, error: null, trashed: false, session: summary,
    messages: [...older, ...messages],
    ...(older.length ? { more: state.more, offset: state.offset, turns: state.turns } : placeOf(session)),
    open: open ? { run_id: open.run_id, parts: open.parts, offset: open.offset } : null,
    run: run_id ? { run_id, engine: open?.engine ?? null, model: summary.model ?? null, continues: open?.continues ?? null } : null,
    watched: run_id ? watching(state.watched, run_id) : state.watched,
    ...askedIn(session, open),
    hidden: summary.hidden ?? null,
    queue: summary.queue ?? [], held: Boolean(summary.queue_held), lastRun: summary.last_run ?? null,
    revision: summary.revision ?? 0, cursor: cursor ?? '',
    draft: draft ?? { text: '', revision: 0 },
    prompts: state.prompts.filter((prompt) => !isArrived(prompt, messages, summary.queue ?? [])),
  };
}

/** Messages are immutable and know their parent: what lies before the same parent is the same path. */
function olderPages(state, messages) {
  const parent = messages[0]?.parent;
  if (!parent) return [];
  const at = state.messages.findLastIndex((message) => message.id === parent);
  return state.messages.slice(0, at + 1);
}
