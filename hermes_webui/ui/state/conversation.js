// One conversation as a fold of events: the loaded session, then what the stream tells, then what this browser did.
// The same function for live and stored, so that nothing jumps when a reply settles.

import { answered, output, planned, requested } from './asking.js';
import { noticed, noticesOf, stillTold } from './notices.js';
import { pageLoaded } from './pages.js';
import { isArrived } from './prompts.js';
import { added, adopt, delta, finished, queued, requeued, started } from './turns.js';

/** A conversation of which nothing is known yet; `sessionId` is null for a new one. */
export const blank = (sessionId = null, view = 0) => ({
  sessionId,
  view, // grows when another conversation is looked at, not when a new one gets its id
  loaded: sessionId === null,
  session: null,
  messages: [], // a stretch of the visible path; it need not reach the end (state/pages.js)
  offset: 0, // how many messages come before it
  turns: 0, // how many prompts do
  more: false, // whether any do
  open: null, // {run_id, parts: [[kind, text]…], offset}: the message that is being streamed
  run: null, // {run_id, engine, model, continues}: the run that is being answered, and the reply that it goes on with
  hidden: null, // {message_id, count}: what a cut took away, as long as nothing has been said since
  queue: [],
  held: false,
  lastRun: null,
  asked: [], // questions that wait for an answer: {request_id, run_id, kind, title, options, call, schema, deadline …}
  plan: null, // {run_id, entries: [{content, status, priority}]}: the last one
  agent: {}, // {modes, mode, commands}, as far as its agent has said
  outputs: {}, // what running calls have put out, by their ids: {text, length}
  notices: [], // what the engine says beside its reply: {run_id, text, kept, early} (state/notices.js)
  watched: [], // ids of runs that went on while they were looked at: their calls stay where they are
  revision: 0,
  whole: 0, // the seq at which the last streamed message was whole: deltas from before it come too late
  cursor: '', // where to follow the stream from
  draft: { text: '', revision: 0 },
  prompts: [], // what this browser has sent and has not yet seen in the log
  stale: false, // the shell must get the session again
  error: null,
});

const LOG = {
  'session.created': (state, { data }) => ({ ...state, session: { ...state.session, ...data.fields } }),
  'session.changed': (state, { data }) => ({ ...state, session: { ...state.session, ...data.fields } }),
  'message.added': added,
  'branch.selected': (state) => ({ ...state, stale: true }),
  'session.adopted': (state) => ({ ...state, stale: true }),
  'run.queued': queued,
  'run.requeued': requeued,
  'run.started': started,
  'run.finished': finished,
  'approval.requested': requested,
  'approval.answered': answered,
  'plan.changed': planned,
  'session.trashed': (state) => ({ ...state, trashed: true }),
  'session.restored': (state) => ({ ...state, trashed: false }),
};

const LOCAL = {
  'session.opened': (state, event) => opened(state, event),
  'session.loaded': (state, { session }) => noticesOf(session).reduce(noticed, stillTold(adopt(state, session))),
  'session.failed': (state, { error }) => ({ ...state, error }),
  'session.told': (state, { fields }) => ({ ...state, session: { ...state.session, ...fields } }),
  'page.loaded': pageLoaded,
  'prompt.sending': (state, event) => unlessArrived({
    ...state,
    prompts: [...without(state.prompts, event.key), promptOf(event, { state: 'sending' })],
  }),
  'prompt.saved': (state, event) => unlessArrived(touch(state, event.key, {
    state: 'saved', ...(event.files && { files: event.files }), message_id: event.message_id, run_id: event.run_id, queued: event.queued, error: null,
  })),
  'prompt.failed': (state, event) => touch(state, event.key, {
    state: event.waiting ? 'waiting' : 'failed', error: event.error,
  }),
  'question.closed': (state, { request_id }) => answered(state, { data: { request_id } }),
  'prompt.removed': (state, { key }) => ({ ...state, prompts: without(state.prompts, key) }),
};

/** The conversation after `event`. Events of other sessions, and those seen before, change nothing. */
export function conversation(state, event) {
  if (event.type === 'session.opened') return LOCAL['session.opened'](state, event);
  if ((event.session_id ?? null) !== state.sessionId) return state;
  if (event.type in LOCAL) return LOCAL[event.type](state, event);
  if (state.stale || !state.loaded) return state;
  if (event.type === 'reload') return { ...state, stale: true };
  if (event.type === 'delta') return follow(stillTold(delta(state, event)), event);
  if (event.type === 'output') return output(state, event);
  if (event.type === 'agent') return { ...state, agent: event.agent };
  if (event.type === 'notice') return noticed(state, event);
  if (typeof event.seq === 'number') return logged(state, event);
  return state;
}

/** Where a conversation comes from that is another program's until it is replied to here; else null. */
export function sourceOf({ session, revision, prompts }) {
  const theirs = session?.read_only && revision === session.revision && !prompts.length;
  return theirs ? session.source_label : null;
}

function logged(state, event) {
  if (event.seq <= state.revision) return state;
  const next = stillTold((LOG[event.type] ?? ((same) => same))(state, event));
  if (next.stale) return next;
  const cursor = event.cursor || (next.open ? `${event.seq}.${next.open.offset}` : String(event.seq));
  return follow({ ...next, revision: event.seq }, { cursor });
}

/** The stream's place; an event without an id leaves it where it was: what comes twice is recognised. */
function follow(state, { cursor }) {
  return state.stale || !cursor || cursor === state.cursor ? state : { ...state, cursor };
}

/** Another conversation is looked at. A new one that has just got its id keeps the prompt that is on its way. */
function opened(state, { session_id = null, adopt: keep }) {
  const next = blank(session_id, state.view + (keep ? 0 : 1));
  return keep ? { ...next, prompts: state.prompts, loaded: true, session: keep } : next;
}

/** After a reload the conversation may hold what the outbox still has: the page was gone before its answer came. */
function unlessArrived(state) {
  const prompts = state.prompts.filter((prompt) => !isArrived(prompt, state.messages, state.queue));
  return prompts.length === state.prompts.length ? state : { ...state, prompts };
}

const without = (prompts, key) => prompts.filter((prompt) => prompt.key !== key);

const promptOf = ({ key, content, files = [], at }, fields) => ({ key, content, files, at, error: null, ...fields });

function touch(state, key, fields) {
  if (!state.prompts.some((prompt) => prompt.key === key)) return state;
  const prompts = state.prompts.map((prompt) => (prompt.key === key ? { ...prompt, ...fields } : prompt));
  return { ...state, prompts };
}
