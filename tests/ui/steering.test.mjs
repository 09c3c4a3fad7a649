// A prompt that steers the reply: marked in the queue, then a row between two steps of the same run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initial, reduce } from '../../hermes_webui/ui/state/reducer.js';
import { transcript } from '../../hermes_webui/ui/state/transcript.js';

const SID = 's1';
const call = (id) => [{ id, type: 'function', function: { name: 'look', arguments: '{}' } }];
const SAID = [
  { id: 'm1', parent: null, role: 'user', content: 'go', run_id: 'r1' },
  { id: 'm2', parent: 'm1', role: 'assistant', content: 'I look.', tool_calls: call('c1'), run_id: 'r1' },
  { id: 'm3', parent: 'm2', role: 'tool', tool_call_id: 'c1', content: 'seen', run_id: 'r1' },
];
const QUEUE = ['one', 'two'].map((content, at) => ({ queue_id: `q${at}`, run_id: `r-q${at}`, key: `k${at}`, content }));

const loaded = (messages, fields = {}) => [
  { type: 'session.opened', session_id: SID },
  {
    type: 'session.loaded', session_id: SID, session: {
      session_id: SID, title: 't', revision: 9, message_count: messages.length, active_stream_id: 'r1', last_run: null, queue: QUEUE,
      messages, tool_calls: [], draft: { text: '', revision: 0 }, open: { run_id: 'r1', engine: 'demo', parts: [], offset: 0 }, cursor: '9', hidden: null,
      _messages_truncated: false, _messages_offset: 0, _messages_after: 0, _prompts_before: 0, ...fields,
    },
  },
].reduce(reduce, initial);

const event = (type, seq, data) => ({ type, session_id: SID, seq, at: 1, data, cursor: String(seq) });
const MARKED = event('run.requeued', 10, { queue_id: 'q1', run_id: 'r-q1', order: ['q1', 'q0'], steered: true });
const TAKEN = [
  event('message.added', 11, { id: 'm11', parent: 'm3', depth: 4, turn: 2, run_id: 'r1', queue_id: 'q1', key: 'k1', message: { role: 'user', content: 'two' } }),
  event('run.finished', 12, { run_id: 'r-q1', state: 'steered', into: 'r1' }),
];
const queueOf = ({ conversation }) => conversation.queue.map(({ content, steered = false }) => [content, steered]);

test('it is marked and moves to the front, and may wait for its turn after all', () => {
  let state = reduce(loaded(SAID), MARKED);
  assert.deepEqual(queueOf(state), [['two', true], ['one', false]]);
  assert.equal(state.conversation.run.engine, 'demo');
  state = reduce(state, event('run.requeued', 11, { queue_id: 'q1', run_id: 'r-q1', steered: false }));
  assert.deepEqual(queueOf(state), [['two', false], ['one', false]]);
});

test('taken, it leaves the queue, and the run goes on behind it', () => {
  let state = [MARKED, ...TAKEN].reduce(reduce, loaded(SAID));
  assert.deepEqual([queueOf(state), state.conversation.run.run_id, state.conversation.held], [[['one', false]], 'r1', false]);
  state = reduce(state, { type: 'delta', session_id: SID, run_id: 'r1', kind: 'text', offset: 0, text: 'As you', cursor: '12.6' });
  const rows = transcript()(state.conversation);
  assert.deepEqual(rows.map(({ kind, text }) => [kind, text]), [['user', 'go'], ['assistant', 'I look.'], ['user', 'two'], ['assistant', 'As you']]);
  assert.deepEqual(rows.map(({ steered = false }) => steered), [false, false, true, false]);
  assert.deepEqual([rows[2].state, rows[3].head, rows[3].live, rows[1].live], ['answering', null, true, true]);
});

test('what the steered reply says is headed by what follows the prompt, live and after a reload', () => {
  const next = { role: 'assistant', content: 'Again.', tool_calls: call('c2') };
  const state = [MARKED, ...TAKEN, event('message.added', 13, { id: 'm13', parent: 'm11', depth: 5, turn: 2, run_id: 'r1', message: next })].reduce(reduce, loaded(SAID));
  const live = transcript()(state.conversation);
  const two = { id: 'm11', parent: 'm3', role: 'user', content: 'two', run_id: 'r1', key: 'k1' };
  const again = transcript()(loaded([...SAID, two, { id: 'm13', parent: 'm11', run_id: 'r1', ...next }], { queue: [] }).conversation);
  for (const rows of [live, again]) assert.deepEqual(rows.slice(3).map(({ head }) => head?.id), ['m13', 'm13']);
});

test('where the run ends before, nothing steers any more', () => {
  const state = [MARKED, event('run.finished', 11, { run_id: 'r1', state: 'failed' })].reduce(reduce, loaded(SAID));
  assert.deepEqual([queueOf(state), state.conversation.held], [[['two', false], ['one', false]], true]);
});

test('what this browser sent to steer is in the log once, whichever answer comes first', () => {
  const sending = { type: 'prompt.sending', session_id: SID, key: 'k1', content: 'two', at: 1 };
  const saved = { type: 'prompt.saved', session_id: SID, key: 'k1', message_id: 'q1', run_id: 'r-q1', queued: true };
  for (const order of [[saved, MARKED, ...TAKEN], [MARKED, ...TAKEN, saved]]) {
    const state = [sending, ...order].reduce(reduce, loaded(SAID));
    assert.deepEqual([state.conversation.prompts, queueOf(state)], [[], [['one', false]]]);
  }
});
