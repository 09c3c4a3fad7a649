// One reducer, live and stored: whatever is cut, doubled or reloaded, the conversation ends up the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initial, reduce } from '../../hermes_webui/ui/state/reducer.js';
import { transcript } from '../../hermes_webui/ui/state/transcript.js';
import { history, ModelServer } from './model.mjs';

const SID = 's1';
const fold = (state, events) => events.reduce(reduce, state);
const opened = () => reduce(initial, { type: 'session.opened', session_id: SID });
const loaded = (session, state = opened()) => reduce(state, { type: 'session.loaded', session_id: SID, session });
const SEEN = ['messages', 'open', 'run', 'queue', 'held', 'lastRun', 'revision', 'cursor', 'more', 'stale', 'asked', 'plan', 'outputs'];
const seen = (state) => Object.fromEntries(SEEN.map((name) => [name, state.conversation[name]]));
const texts = (state) => transcript()(state.conversation).map(({ key, kind, text, reasoning }) => ({ key, kind, text, reasoning }));

/** The run's model is told by `run.started` and by the session's summary; merged deltas are one part or several. */
const plain = (state) => {
  const view = seen(state);
  return { ...view, run: view.run?.run_id ?? null, open: view.open?.parts.length ? view.open : null };
};

test('a reload at any point and the rest of the stream is the same as no reload', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const { server, steps } = history(seed);
    const whole = fold(loaded(steps[0].answer), server.events);
    for (const { events, answer } of steps) {
      const resumed = fold(loaded(answer), server.events.slice(events));
      assert.deepEqual(plain(resumed), plain(whole), `seed ${seed}, cut at ${events}`);
      assert.deepEqual(texts(resumed), texts(whole), `rows, seed ${seed}, cut at ${events}`);
    }
  }
});

test('at every point the fold of the stream is what a reload would show', () => {
  for (let seed = 30; seed <= 50; seed++) {
    const { server, steps } = history(seed);
    let state = loaded(steps[0].answer);
    let done = 0;
    for (const { events, answer } of steps) {
      state = fold(state, server.events.slice(done, events));
      done = events;
      assert.deepEqual(plain(state), plain(loaded(answer)), `seed ${seed} at ${events}`);
      assert.equal(state.conversation.session.title, answer.title);
    }
  }
});

test('what comes twice changes nothing, event by event and as a replay from any earlier place', () => {
  for (let seed = 60; seed <= 75; seed++) {
    const { server, steps } = history(seed);
    const start = loaded(steps[0].answer);
    const whole = fold(start, server.events);
    assert.deepEqual(seen(fold(start, server.events.flatMap((event) => [event, event]))), seen(whole));
    for (let at = 0; at < server.events.length; at += 7) {
      const once = fold(start, server.events.slice(0, at));
      assert.deepEqual(seen(fold(once, server.events)), seen(whole), `seed ${seed}, replay at ${at}`);
    }
  }
});

test('a hole in the deltas is noticed, and a reload mends it', () => {
  for (let seed = 80; seed <= 90; seed++) {
    const { server, steps } = history(seed);
    const deltas = server.events.flatMap(({ type }, at) => (type === 'delta' ? [at] : []));
    for (const lost of deltas) {
      if (server.events[lost + 1]?.type !== 'delta') continue;
      const events = server.events.filter((_, at) => at !== lost);
      const holed = fold(loaded(steps[0].answer), events.slice(0, lost + 1));
      assert.equal(holed.conversation.stale, true, `seed ${seed}, lost ${lost}`);
      const { events: at, answer } = steps.find((step) => step.events === lost + 2);
      const mended = fold(loaded(answer, holed), server.events.slice(at));
      assert.deepEqual(plain(mended), plain(fold(loaded(steps[0].answer), server.events)));
    }
  }
});

test('offsets count code points, not UTF-16 units', () => {
  const server = new ModelServer();
  server.prompt('hi', 'r1', 'k1');
  server.start('r1');
  const start = loaded(server.answer());
  const state = fold(start, [
    { type: 'delta', session_id: SID, run_id: 'r1', kind: 'text', offset: 0, text: '🦉a' },
    { type: 'delta', session_id: SID, run_id: 'r1', kind: 'text', offset: 2, text: '𝒳' },
    { type: 'delta', session_id: SID, run_id: 'r1', kind: 'text', offset: 1, text: 'a𝒳👋' },
  ]);
  assert.deepEqual(state.conversation.open, { run_id: 'r1', parts: [['text', '🦉a𝒳👋']], offset: 4 });
});

test('events of another session change nothing in this one', () => {
  const { server, steps } = history(3);
  const state = loaded(steps[0].answer);
  const foreign = server.events.map((event) => ({ ...event, session_id: 'other' }));
  assert.equal(fold(state, foreign).conversation, state.conversation);
});

test('a prompt goes from sending to saved to the log, and is shown once whatever comes first', () => {
  const event = (type, fields) => ({ type, session_id: SID, key: 'k1', ...fields });
  const sending = event('prompt.sending', { content: 'hi', at: 1 });
  const saved = event('prompt.saved', { message_id: 'm1', run_id: 'r1', queued: false });
  const server = new ModelServer();
  const start = loaded(server.answer());
  server.prompt('hi', 'r1', 'k1');
  server.start('r1');
  const stage = (state) => transcript()(state.conversation).filter((row) => row.kind === 'user').map((row) => row.state);
  assert.deepEqual(stage(fold(start, [sending])), ['sending']);
  assert.deepEqual(stage(fold(start, [sending, saved])), ['saved']);
  assert.deepEqual(stage(fold(start, [sending, saved, server.events[0]])), ['saved']);
  assert.deepEqual(stage(fold(start, [sending, server.events[0], saved])), ['saved']);
  assert.deepEqual(stage(fold(start, [sending, saved, ...server.events])), ['answering']);
  assert.deepEqual(stage(loaded(server.answer(), fold(start, [sending]))), ['answering']);
  assert.deepEqual(stage(fold(loaded(server.answer()), [sending])), ['answering'], 'a page that was gone before the answer came');
  assert.deepEqual(stage(fold(start, [sending, event('prompt.failed', { waiting: true, error: 'away' })])), ['waiting']);
  assert.deepEqual(stage(fold(start, [sending, event('prompt.removed', {})])), []);
});

test('a prompt that waits its turn is shown once, also where the outbox gives it back after that', () => {
  const event = (type, fields) => ({ type, session_id: SID, key: 'k2', ...fields });
  const sending = event('prompt.sending', { content: 'next', at: 1 });
  const saved = event('prompt.saved', { message_id: 'q-r2', run_id: 'r2', queued: true });
  const server = new ModelServer();
  server.prompt('hi', 'r1', 'k1');
  server.start('r1');
  server.prompt('next', 'r2', 'k2');
  const { queue, prompts } = fold(loaded(server.answer()), [sending, saved]).conversation;
  assert.deepEqual([queue.length, prompts.length], [1, 0]);
});

test('the prompt, the reply that streams and the whole reply keep their keys: nothing is drawn anew', () => {
  const server = new ModelServer();
  const keys = (state) => transcript()(state.conversation).map((row) => row.key);
  let state = fold(loaded(server.answer()), [{ type: 'prompt.sending', session_id: SID, key: 'k1', content: 'hi', at: 1 }]);
  assert.deepEqual(keys(state), ['root']);
  server.prompt('hi', 'r1', 'k1');
  server.start('r1');
  server.delta('text', 'Hel');
  state = fold(state, server.events);
  assert.deepEqual(keys(state), ['root', 'm1']);
  server.reply();
  server.finish('done');
  state = fold(state, server.events);
  assert.deepEqual(keys(state), ['root', 'm1']);
  assert.deepEqual(transcript()(state.conversation).map((row) => [row.text, Boolean(row.open)]), [['hi', false], ['Hel', false]]);
});

test('a delta touches one row: the others are the same objects', () => {
  const { server } = history(5);
  server.prompt('again', 'r9', 'k9');
  server.start('r9');
  const rowsOf = transcript();
  const before = loaded(server.answer());
  const first = rowsOf(before.conversation);
  const after = reduce(before, { type: 'delta', session_id: SID, run_id: 'r9', kind: 'text', offset: 0, text: 'x' });
  const second = rowsOf(after.conversation);
  assert.equal(second.length, first.length);
  second.slice(0, -1).forEach((row, at) => assert.equal(row, first[at]));
  assert.equal(second.at(-1).text, 'x');
  assert.deepEqual(second, transcript()(after.conversation));
});

test('another branch, an adopted session and a lost place ask for the session; older pages stay', () => {
  const { server } = history(7);
  const session = server.answer();
  const cut = session.messages.length - 2;
  const last = { ...session, messages: session.messages.slice(cut), _messages_truncated: true };
  const older = { ...session, messages: session.messages.slice(0, cut), _messages_truncated: false };
  let state = loaded(last);
  state = reduce(state, { type: 'page.loaded', session_id: SID, before: last.messages[0].id, session: older });
  assert.deepEqual(state.conversation.messages, session.messages);
  for (const type of ['branch.selected', 'session.adopted', 'reload']) {
    const stale = reduce(state, { type, session_id: SID, seq: 9999, data: {} });
    assert.equal(stale.conversation.stale, true, type);
    const mended = loaded(last, stale).conversation;
    assert.deepEqual([mended.stale, mended.more, mended.messages], [false, false, session.messages]);
  }
});

test('a message whose parent is not the last one shown is not put at the end', () => {
  const { server, steps } = history(9);
  const state = fold(loaded(steps[0].answer), server.events);
  const data = { id: 'mx', parent: 'm1', message: { role: 'user', content: 'elsewhere' } };
  assert.equal(reduce(state, { type: 'message.added', session_id: SID, seq: 9999, data }).conversation.stale, true);
});

test('tool calls hold their results, and a call without one says what is known of it', () => {
  const server = new ModelServer();
  server.prompt('look', 'r1', 'k1');
  server.start('r1');
  server.reply({ tool_calls: [{ id: 't1', function: { name: 'look', arguments: '{}' } }, { id: 't2', function: { name: 'wait', arguments: '{}' } }] });
  server.message({ role: 'tool', tool_call_id: 't1', content: 'seen', status: 'ok' }, { run_id: 'r1' });
  const rows = transcript()(loaded(server.answer()).conversation);
  assert.deepEqual(rows.map((row) => row.kind), ['user', 'assistant', 'assistant']);
  assert.deepEqual(rows[1].tools.map((tool) => tool?.content ?? tool?.id ?? null), ['t1', 'seen', 't2', null]);
  assert.deepEqual([rows[1].live, rows[2].open, rows[2].busy], [true, true, true]);
});

test('a run that ended without a word gets a line of its own', () => {
  const server = new ModelServer();
  server.prompt('hi', 'r1', 'k1');
  server.start('r1');
  server.finish('interrupted');
  const rows = transcript()(loaded(server.answer()).conversation);
  assert.deepEqual(rows.map((row) => row.kind), ['user', 'end']);
  assert.equal(rows[1].end.state, 'interrupted');
});

test('a new conversation that gets its id keeps its prompt and its rows', () => {
  let state = fold(initial, [{ type: 'prompt.sending', session_id: null, key: 'k1', content: 'hi', at: 1 }]);
  const view = state.conversation.view;
  state = reduce(state, { type: 'session.opened', session_id: SID, adopt: { session_id: SID, title: 'New chat' } });
  assert.equal(state.conversation.prompts[0].content, 'hi');
  assert.equal(state.conversation.view, view);
});
