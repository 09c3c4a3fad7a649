// A conversation of which a part is held: pages in both directions, and what the stream tells of the rest meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEPT, newer } from '../../hermes_webui/ui/state/pages.js';
import { initial, reduce } from '../../hermes_webui/ui/state/reducer.js';
import { transcript } from '../../hermes_webui/ui/state/transcript.js';
import { ModelServer, history, randomOf } from './model.mjs';

const SID = 's1';

/** What the server would answer for the messages `[from, to)` of the path as it is now. */
function page(server, from, to) {
  const answer = server.answer();
  const messages = answer.messages.slice(from, to);
  const turns = answer.messages.slice(0, from).filter(({ role }) => role === 'user').length;
  return { ...answer, messages, _messages_truncated: from > 0, _messages_offset: from, _prompts_before: turns };
}

const load = (session, before = reduce(initial, { type: 'session.opened', session_id: SID })) =>
  reduce(before, { type: 'session.loaded', session_id: SID, session });
const paged = (state, place, session) => reduce(state, { type: 'page.loaded', session_id: SID, ...place, session });
const idsOf = ({ conversation }) => conversation.messages.map(({ id }) => id);

function talk(turns) {
  const server = new ModelServer();
  for (let turn = 0; turn < turns; turn++) {
    server.prompt(`q${turn}`, `r${turn}`, `k${turn}`);
    server.start(`r${turn}`);
    server.delta('text', `a${turn}`);
    server.reply();
    server.finish('done');
  }
  return server;
}

test('pages in both directions put together are the whole', () => {
  const server = talk(12);
  const whole = server.answer().messages.map(({ id }) => id);
  for (let from = 0; from < 20; from += 3) {
    let state = load(page(server, from, from + 4));
    assert.equal(newer(state.conversation), 24 - from - 4);
    while (state.conversation.more) {
      const { offset, messages } = state.conversation;
      state = paged(state, { before: messages[0].id }, page(server, Math.max(offset - 5, 0), offset));
    }
    while (newer(state.conversation)) {
      const { offset, messages } = state.conversation;
      const end = offset + messages.length;
      state = paged(state, { after: messages.at(-1).id }, page(server, end, end + 5));
    }
    assert.deepEqual(idsOf(state), whole);
    assert.deepEqual([state.conversation.offset, state.conversation.turns, state.conversation.more], [0, 0, false]);
  }
});

test('what comes while the end is not shown is counted, not shown, and there at the return', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const { server, steps } = history(seed);
    const start = steps.findIndex(({ answer }) => answer.messages.length > 5);
    const { answer, events } = steps[start];
    const cut = { ...answer, messages: answer.messages.slice(0, 3), _messages_offset: 0 };
    let state = load(cut);
    const rowsOf = transcript();
    const before = rowsOf(state.conversation);
    for (const event of server.events.slice(events)) {
      state = reduce(state, event);
      assert.equal(state.conversation.stale, false, `seed ${seed}`);
      assert.deepEqual(rowsOf(state.conversation).map(({ key }) => key), before.map(({ key }) => key));
    }
    assert.equal(newer(state.conversation), server.nodes.length - 3);
    const back = paged(state, {}, page(server, Math.max(server.nodes.length - 4, 0)));
    const whole = load(page(server, Math.max(server.nodes.length - 4, 0)));
    for (const name of ['messages', 'offset', 'run', 'open', 'queue', 'lastRun', 'revision', 'cursor', 'more', 'turns']) {
      assert.deepEqual(back.conversation[name], whole.conversation[name], `seed ${seed}: ${name}`);
    }
    assert.deepEqual(transcript()(back.conversation), transcript()(whole.conversation));
  }
});

test('a message that a page has brought before the stream tells of it stands there once', () => {
  const random = randomOf(5);
  for (let round = 0; round < 30; round++) {
    const { server, steps } = history(100 + round);
    const step = steps.find(({ answer }) => answer.messages.length >= 4) ?? steps.at(-1);
    const held = step.answer.messages.length - 2;
    let state = load({ ...step.answer, messages: step.answer.messages.slice(0, held), _messages_offset: 0 });
    const rest = server.events.slice(step.events);
    const at = random(rest.length + 1);
    state = rest.slice(0, at).reduce(reduce, state);
    state = paged(state, { after: state.conversation.messages.at(-1).id }, page(server, held));
    state = rest.slice(at).reduce(reduce, state);
    assert.equal(state.conversation.stale, false, `round ${round}`);
    assert.deepEqual(idsOf(state), server.nodes.map(({ id }) => id), `round ${round}`);
    assert.equal(newer(state.conversation), 0);
  }
});

test('a page that no longer joins what is held changes nothing', () => {
  const server = talk(6);
  const state = load(page(server, 4, 8));
  assert.equal(paged(state, { before: 'm2' }, page(server, 0, 2)).conversation.messages, state.conversation.messages);
  assert.equal(paged(state, { after: 'm3' }, page(server, 3, 6)).conversation.messages, state.conversation.messages);
});

test('far from the reader what is held is let go, and its place stays known', () => {
  const server = new ModelServer();
  for (let at = 0; at < KEPT + 200; at++) server.message({ role: at % 2 ? 'assistant' : 'user', content: `${at}` });
  const up = paged(load(page(server, 100)), { before: 'm101', trim: true }, page(server, 0, 100));
  assert.equal(up.conversation.messages.length, KEPT);
  assert.equal(newer(up.conversation), 200);
  const down = paged(up, { after: up.conversation.messages.at(-1).id, trim: true }, page(server, KEPT, KEPT + 101));
  assert.deepEqual([down.conversation.messages.length, down.conversation.offset, down.conversation.turns], [KEPT, 101, 51]);
  assert.equal(down.conversation.messages[0].id, 'm102');
  assert.equal(down.conversation.more, true);
});

test('prompts on their way and the reply being written are not drawn where the end is not shown', () => {
  const server = talk(6);
  const detached = load(page(server, 2, 6));
  const sent = reduce(detached, { type: 'prompt.sending', session_id: SID, key: 'kx', content: 'hi', at: 1 });
  assert.equal(transcript()(sent.conversation).length, 4);
  server.prompt('hi', 'rx', 'kx');
  server.start('rx');
  server.delta('text', 'wor');
  const streaming = server.events.slice(-3).reduce(reduce, sent);
  assert.equal(transcript()(streaming.conversation).length, 4);
  const back = paged(streaming, {}, page(server, 8));
  assert.deepEqual(transcript()(back.conversation).slice(-2).map(({ text, open }) => [text, Boolean(open)]), [['hi', false], ['wor', true]]);
});

test('a session that is loaded again keeps the pages that join it', () => {
  const server = talk(10);
  const state = load(page(server, 6, 20));
  const again = load(page(server, 10, 14), state);
  assert.deepEqual([again.conversation.offset, again.conversation.turns, again.conversation.messages.length], [6, 3, 8]);
  assert.equal(newer(again.conversation), 6);
});
