// The map of the keys: each row once, in words, and no command with keys left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnMap, mapOf } from '../../hermes_webui/ui/state/keyboard.js';
import { en } from '../../hermes_webui/ui/words/en.js';

const command = (id, group, keys, more = {}) => ({ id, group, keys, title: () => `do ${id}`, ...more });
const say = (word) => en[word];

test('every row has words and keys, and stands once in its group', () => {
  for (const sendKey of ['enter', 'mod-enter']) {
    for (const { word, rows } of drawnMap(sendKey, [], say)) {
      assert.ok(en[word], word);
      assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
      for (const { id, title, keys } of rows) assert.ok(title && keys.length, id);
    }
  }
});

test('a command is where the map names it, with the keys it has where one writes; one that is not named ends its group', () => {
  const commands = [command('answer.allow_once', 'chat', 'y', { writing: 'alt+y' }), command('new.one', 'view', 'mod+1'), command('keyless', 'view')];
  const groups = Object.fromEntries(drawnMap('enter', commands, say).map(({ id, rows }) => [id, rows]));
  assert.deepEqual(groups.questions[0], { id: 'answer.allow_once', title: 'do answer.allow_once', keys: ['y', 'alt+y'] });
  assert.deepEqual(groups.first.at(-1), { id: 'new.one', title: 'do new.one', keys: ['mod+1'] });
});

test('every group of the register is taken by one group of the map', () => {
  assert.deepEqual(mapOf('enter').flatMap(({ takes = [] }) => takes).sort(), ['chat', 'list', 'message', 'page', 'view']);
});
