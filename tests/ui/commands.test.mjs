// Which keys mean a command, and which command a few typed letters mean.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ariaKeys, composing, fit, inText, keyNames, means, ranked, recentFirst } from '../../hermes_webui/ui/state/commands.js';

const press = (key, more = {}) => ({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test('mod is ⌘ on a Mac and Ctrl elsewhere, and never the other', () => {
  assert.equal(means('mod+k', press('k', { metaKey: true }), true), true);
  assert.equal(means('mod+k', press('k', { ctrlKey: true }), false), true);
  assert.equal(means('mod+k', press('k', { ctrlKey: true }), true), false);
  assert.equal(means('mod+k', press('k', { metaKey: true }), false), false);
  assert.equal(means('mod+k', press('k'), false), false);
  assert.equal(means('mod+k', press('K', { ctrlKey: true, shiftKey: true }), false), false);
});

test('a letter is found on a keyboard that writes others, a sign wherever it stands', () => {
  assert.equal(means('mod+shift+o', press('Щ', { code: 'KeyO', ctrlKey: true, shiftKey: true }), false), true);
  assert.equal(means('mod+shift+o', press('O', { code: 'KeyR', ctrlKey: true, shiftKey: true }), false), true);
  assert.equal(means('?', press('?', { shiftKey: true }), false), true);
  assert.equal(means('?', press('?'), false), true);
  assert.equal(means('/', press('/', { ctrlKey: true }), false), false);
  assert.equal(means('Escape', press('Escape'), false), true);
  assert.equal(means('Escape', press('Escape', { shiftKey: true }), false), false);
});

test('a letter has keys that write nothing: Alt, on a Mac with ⌘, and never AltGr', () => {
  const [y, n] = [inText('y', false), inText('n', true)];
  assert.equal(means(y, press('y', { altKey: true, code: 'KeyY' }), false), true);
  assert.equal(means(y, press('н', { altKey: true, code: 'KeyY' }), false), true);
  for (const more of [{}, { altKey: true, ctrlKey: true }, { altKey: true, shiftKey: true }]) assert.equal(means(y, press('y', more), false), false);
  assert.equal(means(y, press('y', { altKey: true, getModifierState: (name) => name === 'AltGraph' }), false), false);
  assert.equal(means(n, press('Dead', { altKey: true, metaKey: true, code: 'KeyN' }), true), true);
  assert.equal(means(inText('a', true), press('æ', { altKey: true, metaKey: true, code: 'KeyQ', keyCode: 65 }), true), true);
  assert.equal(means(n, press('Dead', { altKey: true, code: 'KeyN' }), true), false);
  assert.deepEqual([keyNames(y, false), keyNames(n, true)], [['Alt', 'Y'], ['⌘', '⌥', 'N']]);
});

test('keys are written as they are printed', () => {
  assert.deepEqual(keyNames('mod+shift+o', false), ['Ctrl', 'Shift', 'O']);
  assert.deepEqual(keyNames('shift+mod+o', true), ['⌘', '⇧', 'O']);
  assert.deepEqual(keyNames('?', false), ['?']);
  assert.deepEqual(keyNames('alt+ArrowUp', false), ['Alt', '↑']);
  assert.equal(ariaKeys('mod+shift+o', true), 'Meta+Shift+O');
});

const titles = ['New chat', 'Dark theme', 'Export as Markdown', 'Mark as unread', 'Keyboard shortcuts', 'Café notes'];
const best = (query) => ranked(query, titles, (title) => title)[0];

test('beginnings come before what stands inside, and that before scattered letters', () => {
  assert.equal(best('mark'), 'Mark as unread');
  assert.equal(best('markd'), 'Export as Markdown');
  assert.equal(best('theme'), 'Dark theme');
  assert.equal(best('ks'), 'Keyboard shortcuts');
  assert.equal(best('dt'), 'Dark theme');
  assert.equal(best('chat new'), 'New chat');
  assert.equal(best('cafe'), 'Café notes');
});

test('what does not fit is left out, and nothing typed leaves the order', () => {
  assert.deepEqual(ranked('zebra', titles, (title) => title), []);
  assert.deepEqual(ranked('  ', titles, (title) => title), titles);
  assert.ok(fit('new zebra', 'New chat') === 0);
});

test('Chinese and Japanese are found from any character on, in either width', () => {
  assert.ok(fit('主题', '深色主题') > fit('主色', '深色主题') || fit('主色', '深色主题') === 0);
  assert.ok(fit('テーマ', 'ダークテーマ') && fit('ｼｽﾃﾑ', 'システムのテーマ') && fit('ＡＰＩ　キー', 'APIキー'));
});

test('a key that belongs to the input method is told, also where the browser says so only by its number', () => {
  assert.ok(composing({ isComposing: true, keyCode: 13 }) && composing({ isComposing: false, keyCode: 229 }));
  assert.ok(!composing({ isComposing: false, keyCode: 13 }));
});

test('what was used lately comes first', () => {
  const items = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  assert.deepEqual(recentFirst(items, ['c', 'gone', 'b']).map(({ id }) => id), ['c', 'b', 'a']);
});
