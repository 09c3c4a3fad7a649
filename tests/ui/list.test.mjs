// The list: the server's order, live changes, days of the reader's calendar, the filter.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byDay, inView, layOut, topOf } from '../../hermes_webui/ui/state/days.js';
import { held, list, matches, noList, scopeOf } from '../../hermes_webui/ui/state/list.js';

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

test('where a row comes from is a filter, and whether it can be read is told', () => {
  let state = list(noList, page([row('b', 2, { session_source: 'hermes' }), row('a', 1)]));
  const all = scopeOf(state);
  state = list(state, { type: 'list.scope', source: 'hermes' });
  assert.deepEqual(ids(state), ['b']);
  assert.notEqual(scopeOf(state), all);
  state = list(state, { type: 'list', list_version: 2, session: row('c', 3) });
  assert.deepEqual(ids(state), ['b']);
  state = list(state, { type: 'hermes', list_version: 3, state: 'unreadable', message: 'locked' });
  assert.deepEqual([state.hermes, state.version], [{ state: 'unreadable', message: 'locked' }, 3]);
  assert.equal(state.outdated, false);
});

test('many rows that changed at once are loaded again', () => {
  const state = list(noList, page([row('a', 1)]));
  assert.equal(list(state, { type: 'listed', list_version: 2 }).outdated, true);
  assert.equal(list(noList, { type: 'listed', list_version: 2 }).outdated, false);
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
  assert.deepEqual(rows.filter((one) => matches(one, 'WOLKEN über')).map((one) => one.session_id), ['a']);
  assert.ok(matches(rows[0], '  '));
  assert.ok(matches(row('c', 1, { tags: ['Home'] }), '#home c'));
  assert.ok(!matches(row('c', 1, { tags: ['Home'] }), '#hom'));
  assert.ok(matches(row('c', 1), '#'), 'a tag that is begun to be typed');
});

test('an answer to another question is not taken, and what fits stays until it comes', () => {
  let state = list(noList, page([row('b', 2, { title: 'owl' }), row('a', 1, { title: 'train' })]));
  const before = scopeOf(state);
  state = list(state, { type: 'list.scope', query: 'owl' });
  assert.deepEqual([ids(state), state.loaded], [['b'], false]);
  assert.equal(list(state, { ...page([row('x', 9)]), scope: before }), state);
  state = list(state, { ...page([row('c', 3, { title: 'owls' }), row('b', 2, { title: 'owl' })]), scope: scopeOf(state) });
  assert.deepEqual([ids(state), state.loaded], [['c', 'b'], true]);
  assert.deepEqual(ids(list(state, { type: 'list', list_version: 2, session: row('d', 4, { title: 'train' }) })), ['c', 'b']);
});

test('a project shows its own, and one that is deleted is not shown any more', () => {
  let state = list(noList, page([row('b', 2, { project_id: 'p' }), row('a', 1)]));
  state = list(state, { type: 'projects', list_version: 2, projects: [{ project_id: 'p', name: 'P', color: 'teal' }] });
  state = list(state, { type: 'list.scope', project: 'p' });
  assert.deepEqual(ids(state), ['b']);
  state = list(state, { type: 'list', list_version: 3, session: row('b', 2, { project_id: null }) });
  assert.deepEqual(ids(state), []);
  assert.equal(list(state, { type: 'projects', list_version: 4, projects: [] }).project, null);
});

test('what is unread is told, and goes with its row', () => {
  let state = list(noList, { ...page([row('a', 1)]), page: { sessions: [row('a', 1)], unread: ['a'], list_version: 1 } });
  assert.deepEqual([...state.unread], ['a']);
  state = list(state, { type: 'seen', list_version: 2, session_id: 'a', unread: false });
  assert.deepEqual([...state.unread], []);
  state = list(state, { type: 'seen', list_version: 3, session_id: 'a', unread: true });
  assert.deepEqual([...list(state, { type: 'list', list_version: 4, removed: 'a' }).unread], []);
});

test('the trash is asked for again when something is deleted or comes back', () => {
  const state = list(list(noList, { type: 'list.scope', view: 'trash' }), page([row('a', 1)]));
  assert.ok(list(state, { type: 'list', list_version: 2, removed: 'b' }).outdated);
  assert.ok(list(state, { type: 'list', list_version: 2, session: row('a', 1) }).outdated);
});

test('what is deleted for good goes from the trash, told once or twice, and nothing is asked for again', () => {
  let state = list(noList, { type: 'list.scope', view: 'trash' });
  state = list(state, { ...page([row('b', 1), row('a', 2)]), scope: scopeOf(state) });
  for (let time = 0; time < 2; time += 1) state = list(state, { type: 'purged', list_version: 2, session_id: 'b' });
  assert.deepEqual([ids(state), state.total, state.outdated, state.version], [['a'], 1, false, 2]);
});

test('under a pointer no row moves; what is gone goes, what is new waits', () => {
  const before = [row('c', 3), row('b', 2), row('a', 1)];
  const now = [row('n', 9), row('a', 8, { title: 'new title' }), row('c', 3), row('z', 0)];
  const shown = held(before, now);
  assert.deepEqual(shown.map((one) => one.session_id), ['c', 'a', 'z']);
  assert.equal(shown[1].title, 'new title');
});

test('only rows near the view are drawn, and each is found again', () => {
  const rows = Array.from({ length: 10_000 }, (_, at) => row(`s${at}`, 1e9 - at * 3600));
  const placed = layOut(byDay(rows, new Date(1e12), 'en'), 30, 36);
  assert.equal(placed.at(-1).from + placed.at(-1).rows.length, rows.length);
  for (const top of [0, 5000, 123_456, placed.at(-1).top + placed.at(-1).height - 800]) {
    const drawn = inView(placed, 30, 36, top - 600, top + 1400).flatMap(({ rows: of, first, last, from }) => of.slice(first, last).map((_, at) => from + first + at));
    assert.ok(drawn.length > 20 && drawn.length < 70, `${drawn.length} rows`);
    for (const at of drawn) assert.ok(topOf(placed, at, 30, 36) + 36 >= top - 600 && topOf(placed, at, 30, 36) <= top + 1400);
    assert.deepEqual(drawn, Array.from(drawn, (_, at) => drawn[0] + at), 'without a hole');
  }
});
