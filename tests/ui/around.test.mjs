// Schedules in words, usage in figures, kept prompts found by a word.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money, spokenTotal } from '../../hermes_webui/ui/state/figures.js';
import { holding } from '../../hermes_webui/ui/state/library.js';
import { clockTime, dayName, ofKind, ruleOf, spokenMissed, spokenWhen } from '../../hermes_webui/ui/state/schedules.js';
import { barsOf, byModel, dayOf, topOf, valueOf } from '../../hermes_webui/ui/state/usage.js';
import { speak } from '../../hermes_webui/ui/words/words.js';

const plain = (text) => text.replace(/\s/gu, ' ');

test('a rule is a sentence, and a wall clock stays as it is whatever zone the reader is in', () => {
  assert.equal(plain(spokenWhen({ kind: 'daily', at: '09:00' })), 'Every day at 9:00 AM');
  assert.equal(plain(spokenWhen({ kind: 'weekly', at: '17:30', days: [5, 1] })), 'Mon, Fri at 5:30 PM');
  assert.equal(spokenWhen({ kind: 'interval', minutes: 90 }), 'Every 90 minutes');
  assert.equal(spokenWhen({ kind: 'interval', minutes: 60 }), 'Every hour');
  assert.equal(spokenWhen({ kind: 'interval', minutes: 180 }), 'Every 3 hours');
  assert.equal(spokenWhen({ kind: 'cron', cron: '0 7 * * *' }), 'By cron: 0 7 * * *');
  assert.equal(plain(spokenWhen({ kind: 'once', at: '2026-03-29T02:30' })), 'Once, Mar 29, 2026, 2:30 AM');
  assert.equal(spokenWhen({ kind: 'once', at: 'no date' }), 'Once, no date');
});

test('the words of a rule are those of the language', async () => {
  const { words } = await import('../../hermes_webui/ui/words/de.js');
  await speak('de', () => Promise.resolve({ words }));
  assert.equal(spokenWhen({ kind: 'daily', at: '09:00' }), 'Jeden Tag um 09:00');
  assert.equal(dayName(1, 'long'), 'Montag');
  assert.equal(clockTime('17:05'), '17:05');
  await speak('en');
});

test('what was missed is told in full, and nothing where nothing was', () => {
  assert.deepEqual(spokenMissed(null), []);
  const [away, busy] = spokenMissed({ away: 3, busy: 1, more: false, first: 1_790_000_000, last: 1_790_086_400 });
  assert.match(away, /^3 missed while the server was off \(.* – .*\)\.$/);
  assert.match(busy, /^1 left out/);
  const [one, ...rest] = spokenMissed({ away: 999, busy: 0, more: true, first: 1_790_000_000, last: 1_790_000_000 });
  assert.match(one, /^More than 999 missed/);
  assert.ok(!one.includes('–'));
  assert.deepEqual(rest, []);
});

test('another kind keeps what was typed, and the server gets only what its kind knows', () => {
  const begun = { kind: 'daily', at: '07:15', days: [3, 1], minutes: 60, cron: '0 9 * * *', tomorrow: '2026-11-27' };
  assert.equal(ofKind('weekly', begun).at, '07:15');
  assert.equal(ofKind('once', begun).at, '2026-11-27T07:15');
  assert.equal(ofKind('daily', ofKind('once', begun)).at, '07:15');
  assert.equal(ofKind('daily', ofKind('cron', begun)).at, '07:15');
  assert.deepEqual(ruleOf(begun), { kind: 'daily', at: '07:15' });
  assert.deepEqual(ruleOf({ ...begun, kind: 'weekly' }), { kind: 'weekly', at: '07:15', days: [1, 3] });
  assert.deepEqual(ruleOf({ ...begun, kind: 'interval', minutes: '5' }), { kind: 'interval', minutes: 5 });
  assert.deepEqual(ruleOf({ ...begun, kind: 'cron', cron: ' 0 7 * * * ' }), { kind: 'cron', cron: '0 7 * * *' });
});

const used = (model, cost, tokens) => ({
  engine: 'model', provider: 'p', model, runs: 1, input_tokens: tokens, output_tokens: 0, cost, unpriced: cost ? 0 : 1,
});

test('models are summed over all days, the dearest first, then the most used', () => {
  const found = byModel([{ by: [used('a', 0.1, 5), used('b', 0, 10)] }, { by: [used('a', 0.2, 5), used('c', 0, 20)] }]);
  assert.deepEqual(found.map(({ model, runs, input_tokens, unpriced }) => [model, runs, input_tokens, unpriced]),
    [['a', 2, 10, 0], ['c', 1, 20, 1], ['b', 1, 10, 1]]);
});

test('bars stand under a round top, and none goes above it', () => {
  assert.deepEqual([0, 0.0312, 1, 3, 642, 1000].map(topOf), [1, 0.04, 1, 3, 800, 1000]);
  for (let value = 0.001; value < 1e7; value *= 1.37) assert.ok(topOf(value) >= value && topOf(value) <= value * 1.51, String(value));
  const bars = barsOf([0, 5, 10], 10);
  assert.deepEqual(bars.map(({ height }) => height), [0, 50, 100]);
  assert.ok(bars.every(({ x, width }, at) => x >= at * 33 && x + width <= (at + 1) * 33.4));
  assert.deepEqual(barsOf([], 1), []);
});

test('small sums keep their digits; a day is a day in every zone', () => {
  assert.deepEqual([money(0), money(12.3456), money(0.000123)], ['$0.00', '$12.35', '$0.00012']);
  assert.equal(dayOf('2026-11-20'), 'Nov 20, 2026');
  assert.equal(valueOf({ cost: 2, input_tokens: 3, output_tokens: 4 }, 'tokens'), 7);
});

test('a conversation says what it has used, as far as it is known', () => {
  assert.equal(spokenTotal({}), '');
  assert.equal(spokenTotal({ input_tokens: 14_000, output_tokens: 400 }), '14.4K tokens used');
  assert.equal(spokenTotal({ input_tokens: 14_000, output_tokens: 400, estimated_cost: 0.5 }), '14.4K tokens used, $0.50');
});

test('kept prompts are found by all words, whatever their case and accents', () => {
  const prompts = [{ title: 'Übersetzen', text: 'into {language}' }, { title: 'Review', text: 'for mistakes' }];
  const found = (query) => holding(prompts, query).map(({ title }) => title);
  assert.deepEqual(found(''), ['Übersetzen', 'Review']);
  assert.deepEqual(found('ubersetzen LANGUAGE'), ['Übersetzen']);
  assert.deepEqual(found('review language'), []);
});
