// Agents on the page: what they ask, plan and put out, and how their calls stand among the rows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressOf, unplaced } from '../../hermes_webui/ui/state/asking.js';
import { initial, reduce } from '../../hermes_webui/ui/state/reducer.js';
import { isBusy, pairs } from '../../hermes_webui/ui/state/steps.js';
import { transcript } from '../../hermes_webui/ui/state/transcript.js';
import { ModelServer } from './model.mjs';

const SID = 's1';
const fold = (state, events) => events.reduce(reduce, state);
const loaded = (session) => reduce(reduce(initial, { type: 'session.opened', session_id: SID }), { type: 'session.loaded', session_id: SID, session });
const rowsOf = (state) => transcript()(state.conversation);
const call = (id, more = {}) => ({ tool_calls: [{ id, type: 'function', function: { name: 'look', arguments: '{}' }, ...more }] });

function begun() {
  const server = new ModelServer();
  server.prompt('go', 'r1', 'k1');
  server.start('r1');
  return server;
}

const made = (server, id, more, status = 'ok') => {
  server.reply(call(id, more));
  server.message({ role: 'tool', tool_call_id: id, content: id, status }, { run_id: 'r1' });
};

test('a question waits until it is answered, here or elsewhere, or its run ends', () => {
  const server = begun();
  server.reply(call('t1'));
  server.ask('t1');
  const waiting = loaded(server.answer());
  assert.deepEqual(waiting.conversation.asked.map(({ request_id }) => request_id), ['q-t1']);
  assert.deepEqual(reduce(waiting, { type: 'question.closed', session_id: SID, request_id: 'q-t1' }).conversation.asked, []);
  const before = server.events.length;
  server.answered('t1');
  assert.deepEqual(fold(waiting, server.events.slice(before)).conversation.asked, []);
  server.ask('t2');
  server.finish('cancelled');
  assert.deepEqual(fold(waiting, server.events.slice(before)).conversation.asked, []);
});

test('a question about no call, or about one that is not here, stands by itself', () => {
  const messages = [{ role: 'assistant', ...call('t1') }];
  const [placed, elsewhere, free] = [{ call: { call_id: 't1' } }, { call: { call_id: 'x' } }, { call: null }];
  assert.deepEqual(unplaced([placed, elsewhere, free], messages), [elsewhere, free]);
});

test('output is followed from where the page has it; what was missed is marked, and the result takes its place', () => {
  const server = begun();
  server.reply(call('t1'));
  let state = loaded(server.answer());
  const put = (offset, text) => ({ type: 'output', session_id: SID, run_id: 'r1', call_id: 't1', offset, text });
  state = fold(state, [put(0, '🦉a'), put(1, 'ab'), put(2, 'b')]);
  assert.deepEqual(state.conversation.outputs.t1, { text: '🦉ab', length: 3 });
  state = reduce(state, put(9, 'late'));
  assert.deepEqual(state.conversation.outputs.t1, { text: '🦉ab\n…\nlate', length: 13 });
  assert.equal(state.conversation.stale, false);
  state = reduce(state, put(13, 'x'.repeat(100_000)));
  assert.equal(state.conversation.outputs.t1.text.length, 40_000);
  const before = server.events.length;
  server.message({ role: 'tool', tool_call_id: 't1', content: 'all', status: 'ok' }, { run_id: 'r1' });
  assert.deepEqual(fold(state, server.events.slice(before)).conversation.outputs, {});
});

test('a plan is shown while its run goes on and after its end, until another run begins', () => {
  const server = begun();
  server.planned(['look', 'completed'], ['say', 'in_progress'], ['rest', 'pending']);
  const during = progressOf(loaded(server.answer()).conversation);
  assert.deepEqual([during.done, during.all, during.now], [1, 3, 'say']);
  server.reply();
  server.finish('done');
  assert.equal(progressOf(loaded(server.answer()).conversation).done, 1);
  server.prompt('more', 'r2', 'k2');
  server.start('r2');
  assert.equal(progressOf(loaded(server.answer()).conversation), null);
});

test('what an agent says of its session is taken as it is', () => {
  const state = reduce(loaded(begun().answer()), { type: 'agent', session_id: SID, agent: { mode: 'code' } });
  assert.deepEqual(state.conversation.agent, { mode: 'code' });
});

test('calls of a subagent stand inside the call that started it, also those of its own subagents', () => {
  const server = begun();
  server.reply(call('p', { kind: 'agent' }));
  made(server, 'a', { parent: 'p' });
  server.reply(call('b', { parent: 'p' }));
  made(server, 'c', { parent: 'b' });
  const [, row, open] = rowsOf(loaded(server.answer()));
  assert.deepEqual(pairs(row.tools).map(([{ id }]) => id), ['p']);
  assert.deepEqual(pairs(row.nested).map(([{ id }, result]) => [id, result?.content ?? null]), [['a', 'a'], ['b', null], ['c', 'c']]);
  assert.deepEqual(row.holds, ['m3', 'm5', 'm6']);
  assert.deepEqual([open.open, open.busy], [true, true]);
});

test('a call whose parent is not here, or is itself in a circle, stays where it is', () => {
  const server = begun();
  made(server, 'a', { parent: 'gone' });
  made(server, 'b', { parent: 'c' });
  made(server, 'c', { parent: 'b' });
  const ids = rowsOf(loaded(server.answer())).flatMap(({ tools = [] }) => pairs(tools).map(([{ id }]) => id));
  assert.deepEqual(ids, ['a', 'b', 'c']);
});

test('a long run of calls is one line when the conversation is opened, and stays as it is while it is looked at', () => {
  const server = begun();
  const before = loaded(server.answer());
  for (const id of ['a', 'b', 'c', 'd', 'e']) made(server, id, {}, id === 'c' ? 'failed' : 'ok');
  server.delta('text', 'done');
  server.reply();
  server.finish('done');
  const kinds = (state) => rowsOf(state).map(({ kind }) => kind);
  assert.deepEqual(kinds(fold(before, server.events)), ['user', ...Array(6).fill('assistant')]);
  const opened = rowsOf(loaded(server.answer()));
  assert.deepEqual(opened.map(({ kind }) => kind), ['user', 'steps', 'assistant']);
  assert.deepEqual([opened[1].count, opened[1].failed, opened[1].rows.length], [5, 1, 5]);
  assert.ok(opened[1].holds.includes('m4') && opened[1].holds.includes('m5'));
});

test('what is folded is drawn again only when something in it has changed', () => {
  const server = begun();
  for (const id of ['a', 'b', 'c', 'd']) made(server, id);
  server.delta('text', 'done');
  server.reply();
  server.finish('done');
  const rows = transcript();
  const state = loaded(server.answer());
  const first = rows(state.conversation);
  const before = server.events.length;
  server.prompt('more', 'r2', 'k2');
  const second = rows(fold(state, server.events.slice(before)).conversation);
  assert.equal(second[1].kind, 'steps');
  assert.equal(second[1], first[1]);
});

test('a run waits for a tool as long as any of its calls has no result', () => {
  const server = begun();
  server.reply(call('p'));
  made(server, 'a', { parent: 'p' });
  assert.equal(isBusy(server.answer().messages), true);
  server.message({ role: 'tool', tool_call_id: 'p', content: 'p', status: 'ok' }, { run_id: 'r1' });
  assert.equal(isBusy(server.answer().messages), false);
});

const notice = (text, more = {}) => ({ type: 'notice', session_id: SID, run_id: 'r1', text, ...more });
const told = (state) => state.conversation.notices.map(({ text }) => text);
const since = (state, server, before) => fold(state, server.events.slice(before));

test('what is said before the reply holds until the reply begins, and once', () => {
  const server = begun();
  const waiting = fold(loaded(server.answer()), [notice('It waits.'), notice('It waits.'), notice('Another run', { run_id: 'r0' })]);
  assert.deepEqual(told(waiting), ['It waits.']);
  const before = server.events.length;
  server.delta('text', 'Now');
  assert.deepEqual(told(since(waiting, server, before)), []);
});

test('what is said beside a reply stays under it until the next run, unless its end says more', () => {
  for (const [more, left] of [[{}, ['A filter.']], [{ _partial: true, finish_reason: 'max_tokens' }, []]]) {
    const server = begun();
    server.delta('text', 'So');
    const running = reduce(loaded(server.answer()), notice('A filter.'));
    const before = server.events.length;
    server.delta('text', ' far');
    server.reply({ content: 'So far', ...more });
    assert.deepEqual(told(since(running, server, before)), ['A filter.']);
    server.finish('done');
    const over = since(running, server, before);
    assert.deepEqual(told(over), left);
    server.prompt('more', 'r2', 'k2');
    server.start('r2');
    assert.deepEqual(told(since(running, server, before)), []);
  }
});

test('what is kept is shown until its message has it', () => {
  const server = begun();
  const waiting = reduce(loaded(server.answer()), notice('A new session.', { kept: true }));
  const before = server.events.length;
  server.delta('text', 'Hello');
  assert.deepEqual(told(since(waiting, server, before)), ['A new session.']);
  server.reply({ content: 'Hello', notices: ['A new session.'] });
  assert.deepEqual(told(since(waiting, server, before)), []);
});

test('a page that comes later is told what holds by the session itself, once', () => {
  const server = begun();
  const session = server.answer();
  session.open.notices = [{ text: 'It waits.', kept: false }];
  const state = reduce(loaded(session), notice('It waits.'));
  assert.deepEqual(told(state), ['It waits.']);
  const before = server.events.length;
  server.delta('text', 'Now');
  assert.deepEqual(told(since(state, server, before)), []);
});

test('a notice of a run that is over, or of another conversation, is not shown', () => {
  const server = begun();
  server.reply({ content: 'Hello' });
  server.finish('done');
  const over = loaded(server.answer());
  assert.equal(reduce(over, notice('Late', { run_id: 'r0' })), over);
  assert.equal(reduce(over, notice('Elsewhere', { session_id: 's2' })), over);
});
