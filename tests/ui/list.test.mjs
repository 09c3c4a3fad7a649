// The list: the server's order, live changes, days of the reader's calendar, the filter.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byDay } from '../../hermes_webui/ui/state/days.js';
import { list, matching, noList } from '../../hermes_webui/ui/state/list.js';

const row = (session_id, at, fields = {}) => ({ session_id, title: session_id, last_message_at: at, created_at: at, pinned: false, archived: false, ...fields });
const page = (sessions, next_cursor = null) => ({ type: 'list.loaded', archived: false, page: { sessions, next_cursor, total: sessions.length, list_version: 1 } });
const ids = (state) => state.rows.map((one) => one.session_id);

test('a changed row takes its place, a removed one goes, a restored one comes back', () => {
  let state = list(noList, page([row('c', 3), row('b', 2), row('a', 1)]));
  state = list(state, { type: 'list', list_version: 2, session: row('a', 4) });
  assert.deepEqual(ids(state), ['a', 'c', 'b']);
  state = list(state, { type: 'list', list_version: 3, session: row('b', 2, { pinned: true }) });
  assert.deepEqual(ids(state), ['b', 'a', 'c']);
  state = list(state, { type: 'list', list_version: 4, removed: 'a' });
  assert.deepEqual([ids(state), state.total], [['b', 'c'], 2]);
  state = list(state, { type: 'list', list_version: 5, session: row('a', 4) });
  assert.deepEqual([ids(state), state.total], [['b', 'a', 'c'], 3]);
  state = list(state, { type: 'list', list_version: 6, session: row('c', 3, { archived: true }) });
  assert.deepEqual(ids(state), ['b', 'a']);
});

test('a row beyond the pages that are here waits for its page', () => {
  const state = list(noList, page([row('c', 3), row('b', 2)], 'more'));
  assert.deepEqual(ids(list(state, { type: 'list', list_version: 2, session: row('a', 1) })), ['c', 'b']);
  const whole = list(state, { ...page([row('a', 1), row('b', 2)]), more: true });
  assert.deepEqual([ids(whole), whole.next], [['c', 'b', 'a'], null]);
});

test('another server process or a missed change makes the list outdated', () => {
  let state = list(noList, { type: 'hello', boot: 'one', list_version: 1 });
  state = list(state, page([row('a', 1)]));
  assert.equal(list(state, { type: 'hello', boot: 'one', list_version: 1 }).outdated, false);
  assert.equal(list(state, { type: 'hello', boot: 'one', list_version: 2 }).outdated, true);
  assert.equal(list(state, { type: 'hello', boot: 'two', list_version: 1 }).outdated, true);
});

test('days are the calendar of the reader, also across a change of the clock', () => {
  const now = new Date(2026, 2, 30, 0, 30);
  const at = (...parts) => new Date(...parts).getTime() / 1000;
  const rows = [
    row('p', at(2025, 0, 1), { pinned: true }), row('t', at(2026, 2, 30, 0, 1)), row('y', at(2026, 2, 29, 23, 59)), row('y2', at(2026, 2, 29, 0, 0)),
    row('w', at(2026, 2, 25)), row('m', at(2026, 2, 3)), row('f', at(2026, 1, 1)), row('o', at(2024, 4, 1)),
  ];
  assert.deepEqual(byDay(rows, now, 'en').map(({ name, rows: of }) => [name, of.map((one) => one.session_id).join(' ')]), [
    ['Pinned', 'p'], ['Today', 't'], ['Yesterday', 'y y2'], ['Previous 7 days', 'w'], ['Previous 30 days', 'm'], ['February', 'f'], ['May 2024', 'o'],
  ]);
});

test('the filter wants every word, in any case', () => {
  const rows = [row('a', 1, { title: 'Über den Wolken' }), row('b', 2, { title: 'Wolken' })];
  assert.deepEqual(matching(rows, 'WOLKEN über').map((one) => one.session_id), ['a']);
  assert.equal(matching(rows, '  '), rows);
});
