// Choosing rows: one, some, a range, and what becomes of them when rows go.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosen, none, ranged, toggled, without } from '../../hermes_webui/ui/state/selection.js';

const order = ['a', 'b', 'c', 'd', 'e'];
const of = ({ ids }) => [...ids].sort().join('');

test('a click with Ctrl adds and takes, one with Shift draws from there', () => {
  let state = toggled(none, 'b');
  state = ranged(state, 'd', order);
  assert.equal(of(state), 'bcd');
  state = ranged(state, 'a', order);
  assert.equal(of(state), 'ab', 'the range is drawn anew from where it began');
  state = toggled(state, 'e');
  assert.equal(of(state), 'abe');
  assert.equal(of(toggled(state, 'a')), 'be');
});

test('a range without a beginning is its row', () => {
  assert.equal(of(ranged(none, 'c', order)), 'c');
  assert.equal(of(ranged({ ids: new Set(), anchor: 'gone' }, 'c', order)), 'c');
});

test('what goes is not chosen any more', () => {
  const all = chosen(order);
  assert.equal(without(all, order), all);
  assert.equal(of(without(all, ['a', 'c'])), 'ac');
  assert.equal(without(toggled(none, 'b'), ['a']).anchor, null);
});
