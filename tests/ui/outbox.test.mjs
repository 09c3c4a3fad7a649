// Prompts and drafts that the server has not got yet.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrowserStorage, areaOf } from '../../hermes_webui/ui/net/storage.js';
import { firstOffered, given, ofSession, providerOf } from '../../hermes_webui/ui/state/choice.js';
import { chooseDraft, joined, mark } from '../../hermes_webui/ui/state/drafts.js';
import { isFinal, noLink, link, statusOf } from '../../hermes_webui/ui/state/link.js';
import { Outbox, pause, verdict } from '../../hermes_webui/ui/state/outbox.js';
import { estimate, offsetsOf, rangeOf, rowAt } from '../../hermes_webui/ui/state/window.js';

class Area extends Map {
  get length() { return this.size; }
  key(at) { return [...this.keys()][at] ?? null; }
  getItem(name) { return this.get(name) ?? null; }
  setItem(name, value) { this.set(name, value); }
  removeItem(name) { this.delete(name); }
}

test('what waits survives a reload of the page, in order, each under its own key', () => {
  const area = new Area([['other', 'x']]);
  const outbox = new Outbox(new BrowserStorage(area));
  outbox.put({ key: 'b', session_id: 's1', content: 'two', at: 2 });
  outbox.put({ key: 'a', session_id: null, content: 'one 🦉', at: 1 });
  const again = new Outbox(new BrowserStorage(area));
  assert.deepEqual(again.all().map((item) => item.content), ['one 🦉', 'two']);
  assert.deepEqual(again.of(null).map((item) => item.key), ['a']);
  again.remove('a');
  assert.deepEqual([again.get('a'), outbox.all().length, area.getItem('other')], [null, 1, 'x']);
});

test('an absent server or a full disk is waited for; a refusal is told', () => {
  const statuses = [0, 401, 429, 500, 503, 400, 409, 413, 404];
  assert.deepEqual(statuses.map((status) => verdict({ status })),
    ['waits', 'waits', 'waits', 'waits', 'waits', 'failed', 'failed', 'failed', 'new-session']);
  assert.deepEqual([1, 2, 6, 60].map(pause), [1000, 2000, 30_000, 30_000]);
});

test('a draft that the server has not got wins; one that it has got follows the server', () => {
  const server = { text: 'there', revision: 4 };
  assert.deepEqual(chooseDraft(null, server), { text: 'there', revision: 4, conflict: null });
  assert.deepEqual(chooseDraft({ text: 'old', revision: 3, dirty: false }, server), { text: 'there', revision: 4, conflict: null });
  assert.deepEqual(chooseDraft({ text: 'mine', revision: 4, dirty: true }, server), { text: 'mine', revision: 4, conflict: null });
  assert.deepEqual(chooseDraft({ text: 'mine', revision: 3, dirty: true }, server), { text: 'mine', revision: 4, conflict: 'there' });
});

test('a text that was sent before the server’s answer came is not in the field again', () => {
  const local = { text: '', revision: 5, dirty: false, sent: mark('there') };
  assert.deepEqual(chooseDraft(local, { text: 'there', revision: 4 }), { text: '', revision: 5, conflict: null });
  assert.deepEqual(chooseDraft({ ...local, dirty: true }, { text: 'there', revision: 6 }), { text: '', revision: 6, conflict: null });
  assert.equal(chooseDraft(local, { text: 'another', revision: 6 }).text, 'another');
});

test('the line about the server: absence only after two seconds, the disk, what was recovered', () => {
  const live = link(noLink, { type: 'hello', boot: 'b', version: '1', writable: true });
  const away = link(live, { type: 'link.away', at: 1000 });
  assert.equal(statusOf(live, 0), null);
  assert.equal(statusOf(away, 2900), null);
  assert.equal(statusOf(away, 3000).kind, 'away');
  assert.equal(link(away, { type: 'link.away', at: 9000 }).since, 1000);
  assert.equal(statusOf(link(live, { type: 'store', writable: false, message: 'The disk is full.' }), 0).kind, 'store');
  const recovered = link(live, { type: 'health', recovered: 2 });
  assert.match(statusOf(recovered, 0).text, /^2 conversations/);
  assert.equal(statusOf(recovered, 0, 'b'), null);
});

test('a window on a long list holds what is in view, and no more than the margin', () => {
  const offsets = offsetsOf(Array.from({ length: 1000 }, (_, at) => 50 + (at % 7) * 10));
  for (const top of [0, 1, 333, 40_000, offsets.at(-1)]) {
    const [from, to] = rangeOf(offsets, top, 800, 100);
    assert.ok(offsets[from] <= Math.max(top - 100, 0) || from === 0);
    assert.ok(offsets[to] >= Math.min(top + 900, offsets.at(-1)));
    assert.ok(to - from < 30);
  }
  assert.equal(rowAt(offsets, offsets[17]), 17);
  assert.deepEqual(rangeOf(offsetsOf([]), 0, 800, 100), [0, 0]);
  assert.ok(estimate({ text: 'a\n'.repeat(10) }, 700) > estimate({ text: 'a' }, 700));
});

test('a browser that forbids storage, or has no room, costs a reload and not the page', () => {
  const full = new Area([['hermes.draft.a', '"old"']]);
  full.setItem = () => { throw new Error('QuotaExceededError'); };
  for (const area of [areaOf(() => { throw new Error('SecurityError'); }), full]) {
    let told = 0;
    const outbox = new Outbox(new BrowserStorage(area, () => { told += 1; }));
    assert.equal(outbox.put({ key: 'a', session_id: 's1', content: 'one', at: 1 }), false);
    outbox.put({ key: 'a', session_id: 's2', content: 'one', at: 1 });
    assert.deepEqual(outbox.of('s2').map((item) => item.content), ['one']);
    outbox.remove('a');
    assert.deepEqual([outbox.all(), told], [[], 1]);
  }
  assert.equal(new Outbox(new BrowserStorage(new Area())).put({ key: 'b' }), true);
});

test('a text that was sent is no conflict as a draft, and one that comes back stands first', () => {
  const local = { text: '', revision: 0, dirty: true, sent: mark('sent before') };
  assert.deepEqual(chooseDraft(local, { text: 'sent before', revision: 1 }), { text: '', revision: 1, conflict: null });
  assert.equal(chooseDraft(local, { text: 'of another', revision: 1 }).conflict, 'of another');
  assert.deepEqual([joined('a', ' '), joined('a', 'b')], ['a', 'a\n\nb']);
});

test('only a refusal is final', () => {
  assert.deepEqual([404, 403, 400, 401, 429, 500, 0].map((status) => isFinal({ status })),
    [true, true, true, false, false, false, false]);
});

test('a choice holds no nulls, and a model that is not offered gives way', () => {
  const providers = [
    { id: 'demo', engine: 'demo', ready: true, models: [{ id: 'demo' }] },
    { id: 'far', engine: 'models', ready: true, models: [] },
    { id: 'off', engine: 'models', ready: false, models: [{ id: 'x' }] },
  ];
  const fallback = { engine: 'demo', model_provider: 'demo', model: 'demo' };
  assert.deepEqual(given({ model: 'x', model_provider: null, engine: '' }), { model: 'x' });
  assert.deepEqual(ofSession({ model: 'demo', model_provider: null, engine: null }, providers), fallback);
  assert.deepEqual(ofSession({ model: 'gone', model_provider: null }, providers), { model: 'gone' });
  assert.equal(ofSession({ model: null }, providers), null);
  assert.deepEqual([{ model: 'x', model_provider: 'off' }, { model: 'gone' }].map((one) => providerOf(one, providers)), [undefined, undefined]);
  assert.equal(providerOf({ model: 'unlisted', model_provider: 'far' }, providers).id, 'far');
  assert.deepEqual(firstOffered([{ model: 'gone' }, null, fallback], providers), fallback);
  assert.deepEqual(firstOffered([{ model: 'gone' }, fallback], []), { model: 'gone' });
});

test('an entry that the browser does not let go is not sent for ever', () => {
  const area = new Area();
  const outbox = new Outbox(new BrowserStorage(area));
  outbox.put({ key: 'a', session_id: 's1', content: 'one', at: 1 });
  area.removeItem = () => { throw new Error('SecurityError'); };
  outbox.remove('a');
  assert.deepEqual([outbox.all(), outbox.get('a')], [[], null]);
});
