// A reply that was cut off and went on is one row: while it streams, when it is whole, and after a reload.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initial, reduce } from '../../hermes_webui/ui/state/reducer.js';
import { transcript } from '../../hermes_webui/ui/state/transcript.js';
import { costOf } from '../../hermes_webui/ui/state/joining.js';

const SID = 's1';
const PROMPT = { id: 'm1', parent: null, role: 'user', content: 'tell me' };
const CUT = { id: 'm2', parent: 'm1', role: 'assistant', content: 'Once up', reasoning: 'Hm.', _partial: true, finish_reason: 'cancelled', usage: { output_tokens: 2 } };
const MORE = { id: 'm3', parent: 'm2', role: 'assistant', content: 'on a time.', continues: 'm2', usage: { output_tokens: 3 }, duration: 2 };

const session = (messages, fields = {}) => ({
  session_id: SID, title: 't', revision: 9, message_count: messages.length, active_stream_id: null, last_run: null, queue: [],
  messages, tool_calls: [], draft: { text: '', revision: 0 }, open: null, cursor: '9', hidden: null,
  _messages_truncated: false, _messages_offset: 0, _messages_after: 0, _prompts_before: 0, ...fields,
});
const loaded = (messages, fields) => [{ type: 'session.opened', session_id: SID }, { type: 'session.loaded', session_id: SID, session: session(messages, fields) }]
  .reduce(reduce, initial);
const event = (type, seq, data) => ({ type, session_id: SID, seq, at: 1, data, cursor: String(seq) });
const rowsOf = (state) => transcript()(state.conversation);

test('it is one row from its first new word on, under the same key, and says the same after a reload', () => {
  const rows = transcript();
  let state = loaded([PROMPT, CUT]);
  const [, before] = rows(state.conversation);
  assert.equal(before.unfinished, 'm2');
  state = reduce(state, event('run.started', 10, { run_id: 'r2', epoch: 2, continues: 'm2' }));
  state = reduce(state, { type: 'delta', session_id: SID, run_id: 'r2', kind: 'text', offset: 0, text: 'on a', cursor: '10.4' });
  const streamed = rows(state.conversation);
  assert.equal(streamed.length, 2);
  assert.deepEqual([streamed[1].key, streamed[1].text, streamed[1].live], [before.key, 'Once upon a', true]);
  const { id, parent, ...message } = MORE;
  state = reduce(state, event('message.added', 11, { id, parent, depth: 3, turn: 1, run_id: 'r2', message }));
  state = reduce(state, event('run.finished', 12, { run_id: 'r2', state: 'done' }));
  const whole = rows(state.conversation);
  const again = rowsOf(loaded([PROMPT, CUT, MORE]));
  for (const shown of [whole, again]) {
    assert.equal(shown.length, 2);
    const { key, text, reasoning, head, last, unfinished } = shown[1];
    assert.deepEqual({ key, text, reasoning, head: head.id, last, unfinished }, { key: before.key, text: 'Once upon a time.', reasoning: 'Hm.', head: 'm2', last: true, unfinished: null });
  }
  assert.deepEqual([costOf(again[1]).output, costOf(again[1]).duration], [5, 2]);
});

test('a page that comes in the middle draws the open reply onto the one that it goes on with', () => {
  const open = { run_id: 'r2', parts: [['text', 'on a']], offset: 4, continues: 'm2' };
  const rows = rowsOf(loaded([PROMPT, CUT], { active_stream_id: 'r2', open, cursor: '10.4' }));
  assert.deepEqual(rows.map((row) => row.text), ['tell me', 'Once upon a']);
});

test('the error that ended a reply knows the reply that can go on', () => {
  const error = { id: 'm3', parent: 'm2', role: 'assistant', content: 'broke', _error: true, error: { message: 'broke' } };
  assert.equal(rowsOf(loaded([PROMPT, CUT, error])).at(-1).unfinished, 'm2');
  assert.equal(rowsOf(loaded([PROMPT, { ...error, parent: 'm1' }])).at(-1).unfinished, null);
});

test('what a cut took away is said at the end until something is said', () => {
  const state = loaded([PROMPT], { hidden: { message_id: 'm2', count: 1 } });
  assert.equal(rowsOf(state).at(-1).kind, 'hidden');
  const next = reduce(state, event('message.added', 10, { id: 'm9', parent: 'm1', depth: 2, turn: 2, message: { role: 'user', content: 'more' } }));
  assert.ok(rowsOf(next).every((row) => row.kind !== 'hidden'));
});

test('a queue is reworded and put in another order, once however often it is told', () => {
  const queue = ['q1', 'q2', 'q3'].map((queue_id) => ({ queue_id, run_id: `r-${queue_id}`, content: queue_id }));
  const state = loaded([PROMPT], { queue });
  const changes = [
    event('run.requeued', 10, { queue_id: 'q1', run_id: 'r-q1', message: { role: 'user', content: 'uno' } }),
    event('run.requeued', 11, { queue_id: 'q3', run_id: 'r-q3', order: ['q3', 'q1', 'q2'] }),
  ];
  const once = changes.reduce(reduce, state);
  assert.deepEqual(once.conversation.queue.map((item) => item.content), ['q3', 'uno', 'q2']);
  assert.deepEqual([...changes, ...changes].reduce(reduce, state).conversation.queue, once.conversation.queue);
});
