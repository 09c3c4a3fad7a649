// What an agent asks, plans, puts out and says of its session: how the events change a conversation. Pure.

import { length, skip } from './text.js';

/** So much of a running call's output is held: its end, which is what one looks at. */
const HELD = 40_000;

/** A question as the session's answer holds it: fields that have their default are left out of events. */
const questionOf = ({ kind = 'permission', options = [], call = null, schema = null, deadline = null, survives = false, ...rest }, at) =>
  ({ kind, options, call, schema, deadline, survives, asked_at: at, ...rest });

export function requested(state, { data, at }) {
  const others = state.asked.filter(({ request_id }) => request_id !== data.request_id);
  return { ...state, asked: [...others, questionOf(data, at)] };
}

/** Also what this browser has been told of in an answer's place: the question is open no more. */
export function answered(state, { data: { request_id } }) {
  const asked = state.asked.filter((question) => question.request_id !== request_id);
  return asked.length === state.asked.length ? state : { ...state, asked };
}

export const planned = (state, { data: { run_id, entries } }) => ({ ...state, plan: { run_id, entries: entries.map(entryOf) } });

const entryOf = ({ content, status = 'pending', priority = 'medium' }) => ({ content, status, priority });

/**
 * More output of a running call. What is here already is cut off. It is not replayed, so there may be a gap after the line
 * was away: that is marked, and the call's result holds all of it.
 */
export function output(state, { run_id, call_id, offset, text }) {
  if (state.run?.run_id !== run_id) return state;
  const known = state.outputs[call_id] ?? { text: '', length: 0 };
  const before = offset > known.length ? { text: `${known.text}\n…\n`, length: offset } : known;
  const fresh = skip(text, before.length - offset);
  return fresh ? { ...state, outputs: { ...state.outputs, [call_id]: grown(before, fresh) } } : state;
}

const grown = (before, text) => ({ text: (before.text + text).slice(-HELD), length: before.length + length(text) });

/** What has been put out by calls that run, as `GET /api/session` tells it. */
export const outputsOf = (outputs = {}) =>
  Object.fromEntries(Object.entries(outputs).map(([call_id, text]) => [call_id, grown({ text: '', length: 0 }, text)]));

/** The result of a call takes the place of its output. */
export function withoutOutput(outputs, call_id) {
  if (!call_id || !(call_id in outputs)) return outputs;
  const { [call_id]: _, ...rest } = outputs;
  return rest;
}

/** What the session's answer says of questions, plan and agent. */
export const askedIn = (session, open) => ({
  asked: (session.asked ?? []).map((question) => questionOf(question, question.asked_at)),
  plan: session.plan ? { run_id: session.plan.run_id, entries: (session.plan.entries ?? []).map(entryOf) } : null,
  agent: session.agent ?? {},
  outputs: outputsOf(open?.outputs),
});

/** `{done, all, now}` of a plan that is of the run that goes on, or went on last; else null. `now` is what is being done. */
export function progressOf({ plan, run, lastRun }) {
  if (!plan?.entries.length || plan.run_id !== (run ?? lastRun)?.run_id) return null;
  const done = plan.entries.filter(({ status }) => status === 'completed').length;
  const now = plan.entries.find(({ status }) => status === 'in_progress') ?? plan.entries.find(({ status }) => status === 'pending');
  return { done, all: plan.entries.length, now: now?.content ?? '', entries: plan.entries };
}

/** The calls that wait for an answer, by their ids. */
export const questionsByCall = (asked) => new Map(asked.filter(({ call }) => call?.call_id).map((question) => [question.call.call_id, question]));

/** Questions that stand at no call that is shown: an agent may ask about none, or under an id of its own. */
export function unplaced(asked, messages) {
  if (!asked.length) return asked;
  const calls = new Set(messages.flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id)));
  return asked.filter(({ call }) => !calls.has(call?.call_id));
}
