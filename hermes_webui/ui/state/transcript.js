// The rows of a conversation. A row's key is the id of the message before it: the reply that streams, the whole reply
// that takes its place and its alternatives share one key, hence one element, and nothing jumps when it settles.

import { goesOn, isCut, joined, ontoReply, partsOf } from './joining.js';
import { newer } from './pages.js';
import { folded, isBusy, nested } from './steps.js';
import { contentText } from './text.js';

/** A function from state to rows, which hands out the same row object as long as nothing in it has changed. */
export function transcript() {
  let seen = {};
  let rows = [];
  let settled = [];
  return (state) => {
    if (onlyTheReplyGrew(seen, state)) rows = withReply(rows, state);
    else {
      if (SETTLED.some((name) => seen[name] !== state[name])) settled = settledRows(state.messages, state.watched);
      const known = knownOf(rows);
      const all = newer(state) ? settled : finish(state, withOpen(settled, state));
      rows = all.map((row) => reuse(known.get(nameOf(row)), row.rows ? { ...row, rows: row.rows.map((one) => reuse(known.get(nameOf(one)), one)) } : row));
    }
    seen = state;
    return rows;
  };
}

const SETTLED = ['messages', 'watched'];
const nameOf = ({ kind, key }) => `${kind}:${key}`;
const knownOf = (rows) => new Map(rows.flatMap((row) => [row, ...(row.rows ?? [])]).map((row) => [nameOf(row), row]));

const INPUTS = ['messages', 'run', 'prompts', 'lastRun', 'hidden'];
const onlyTheReplyGrew = (seen, state) =>
  seen.run && INPUTS.every((name) => seen[name] === state[name]) && !newer(state) === !newer(seen);

/** A delta touches one row of thousands: the others are not even looked at. */
function withReply(rows, state) {
  const at = rows.findLastIndex((row) => row.open);
  if (at < 0) return rows; // it is written where this page does not look
  const { key, base } = rows[at];
  const open = replyRow(state, key);
  const row = reuse(rows[at], { ...(base ? ontoReply(base, open) : open), live: true });
  return row === rows[at] ? rows : rows.with(at, row);
}

function reuse(old, row) {
  if (!old) return row;
  const names = Object.keys(row);
  return names.length === Object.keys(old).length && names.every((name) => same(old[name], row[name])) ? old : row;
}

const same = (one, other) =>
  one === other ||
  (Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((it, at) => it === other[at]));

function settledRows(messages, watched = []) {
  const results = resultsOf(messages);
  const rows = [];
  const keys = new Set();
  for (const message of messages) {
    if (message.role === 'tool' && results.paired.has(message.tool_call_id)) continue;
    const row = rowOf(message, results.of, keyOf(message, keys));
    if (steers(rows.at(-1), message)) row.steered = true;
    if (goesOn(rows.at(-1), message)) rows.push(joined(rows.pop(), row));
    else rows.push(row);
  }
  return folded(markTurns(nested(rows)), watched);
}

/** A prompt that came in the middle of its run. */
const steers = (before, { role, run_id }) => role === 'user' && Boolean(run_id) && before?.message.run_id === run_id;

/** Tool messages by the call that they answer, where that call is among the messages. */
function resultsOf(messages) {
  const of = new Map();
  const paired = new Set();
  for (const message of messages) {
    for (const call of message.tool_calls ?? []) paired.add(call.id);
    if (message.role === 'tool') of.set(message.tool_call_id, message);
  }
  return { of, paired };
}

function keyOf({ id, parent }, keys) {
  const key = keys.has(parent ?? 'root') ? `m:${id}` : parent ?? 'root';
  keys.add(key);
  return key;
}

function rowOf(message, results, key) {
  const row = { key, kind: message.role === 'user' ? 'user' : message.role === 'assistant' ? 'assistant' : 'aside', message };
  row.text = contentText(message.content);
  row.reasoning = message.reasoning ?? '';
  if (row.kind === 'assistant') row.tools = toolsOf(message, results);
  return row;
}

const toolsOf = (message, results) => (message.tool_calls ?? []).flatMap((call) => [call, results.get(call.id) ?? null]);

/** The first message of a reply holds its alternatives, the last one its footer. */
function markTurns(rows) {
  let head = null;
  rows.forEach((row, at) => {
    if (row.kind !== 'assistant') head = row.kind === 'user' ? null : head;
    else {
      head ??= partsOf(row)[0];
      row.head = head;
      row.first = head === partsOf(row)[0];
      row.last = rows[at + 1]?.kind !== 'assistant';
      row.unfinished = unfinished(row, rows[at - 1]);
    }
  });
  return rows;
}

/** The message that can go on: the row's own, or the one that its error cut off. */
const unfinished = ({ message }, before) => (isCut(message) ? message : message._error && isCut(before?.message) ? before.message : null)?.id ?? null;

/** A run that goes on with the last reply is drawn onto it. */
function withOpen(settled, state) {
  const [last, [reply, ...prompts]] = [settled.at(-1), openRows(state)];
  const same = state.run?.continues && last?.message?.id === state.run.continues;
  return same ? [...settled.slice(0, -1), ontoReply(last, reply), ...prompts] : [...settled, ...(reply ? [reply] : []), ...prompts];
}

/** What has no message yet: prompts on their way, and the reply that is being written. */
function openRows(state) {
  const after = state.messages.at(-1)?.id ?? 'root';
  const prompts = state.prompts.filter((prompt) => !prompt.queued).map((prompt, at) => promptRow(prompt, at ? prompt.key : after));
  return state.run ? [replyRow(state, after), ...prompts.map((row) => ({ ...row, key: row.prompt.key }))] : prompts;
}

const promptRow = (prompt, key) => ({
  key, kind: 'user', prompt, text: prompt.content, reasoning: '', state: prompt.state,
  message: null,
});

function replyRow({ run, open, messages }, key) {
  const of = (kind) => (open?.parts ?? []).filter((part) => part[0] === kind).map((part) => part[1]).join('');
  const before = messages.at(-1);
  const head = before?.role === 'user' || !before ? null : headOf(messages, run.run_id);
  return {
    key, kind: 'assistant', open: true, run_id: run.run_id, text: of('text'), reasoning: of('reasoning'),
    message: null, tools: [], head, first: !head, last: true, thinking: open?.parts.at(-1)?.[0] === 'reasoning',
    busy: isBusy(messages),
  };
}

/** Since the last prompt: a run that was steered has more than one. */
const headOf = (messages, runId) =>
  messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1).find((message) => message.role === 'assistant' && message.run_id === runId) ?? null;

/** Marks that depend on the run: which prompt is being answered, which reply goes on, how the last one ended. */
function finish(state, rows) {
  const prompt = rows.findLastIndex((row) => row.kind === 'user' && row.message);
  if (prompt >= 0) rows[prompt] = { ...rows[prompt], state: stageOf(state, rows.slice(prompt + 1)) };
  if (!state.run) return withEnd(state, rows);
  return rows.map((row) => (inRun(row, state.run) ? { ...row, live: true, last: row.last && Boolean(row.open) } : row));
}

const inRun = (row, run) => row.kind === 'assistant' && (row.run_id ?? row.message?.run_id) === run.run_id;

function stageOf({ run }, after) {
  if (run) return 'answering';
  return after.some((row) => row.kind === 'assistant') ? 'answered' : 'saved';
}

/** A run that ended without a message that says so gets a row of its own. */
function withEnd({ lastRun, messages, prompts, hidden }, rows) {
  const last = messages.at(-1) ?? null;
  if (hidden && !prompts.length) return [...rows, { key: 'hidden', kind: 'hidden', hidden, message: last, text: '', reasoning: '' }];
  const told = !last || last._error || last._partial || prompts.some((prompt) => !prompt.queued);
  if (told || !lastRun || lastRun.state === 'done' || (last.role === 'assistant' && lastRun.state === 'cancelled')) return rows;
  return [...rows, { key: `end:${lastRun.run_id}`, kind: 'end', end: lastRun, message: last, text: '', reasoning: '' }];
}
