// What a tool was given and gave, and what a model thinks, as people read it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginning, diffOf, givenOf, oneLine, pretty } from '../../hermes_webui/ui/state/output.js';
import { lastSentence } from '../../hermes_webui/ui/state/text.js';

test('a command stands apart from the other arguments', () => {
  assert.deepEqual(givenOf('{"command":"ls\\npwd","cwd":"/tmp"}'), { command: 'ls\npwd', rest: '{\n  "cwd": "/tmp"\n}' });
  assert.deepEqual(givenOf('{"command":"ls"}'), { command: 'ls', rest: '' });
  assert.deepEqual(givenOf('{"command":["ls"]}'), { command: '', rest: '{\n  "command": [\n    "ls"\n  ]\n}' });
  for (const broken of ['{"a": ', 'null', '"text"', '']) assert.deepEqual(givenOf(broken), { command: '', rest: broken });
  assert.equal(oneLine('{"a":"x\\ny","b":[1,2]}'), 'x y · [1,2]');
  assert.equal(pretty('[1]'), '[\n  1\n]');
});

test('only a long output is cut, at whole lines', () => {
  assert.equal(beginning('short\ntext'), null);
  const { start, lines } = beginning(Array.from({ length: 100 }, (_, at) => `line ${at}`).join('\n'));
  assert.deepEqual([start.split('\n').length, start.endsWith('line 15'), lines], [16, true, 100]);
});

test('a diff is told by its hunks', () => {
  assert.equal(diffOf('- a list\n+ or not'), null);
  const parts = diffOf('--- a\n+++ b\n@@ -1,2 +1,3 @@\n same\n-old\n+new\n+more');
  assert.deepEqual(parts.map(({ kind }) => kind), ['head', 'hunk', 'same', 'removed', 'added']);
  assert.equal(parts.map(({ text }) => text).join('\n'), '--- a\n+++ b\n@@ -1,2 +1,3 @@\n same\n-old\n+new\n+more');
});

test('while it thinks, the last whole sentence is shown', () => {
  assert.equal(lastSentence('One. Two is not yet who'), 'One.');
  assert.equal(lastSentence('begins'), 'begins');
  assert.equal(lastSentence('**A head**\n\nThe first thing. And th'), 'The first thing.');
  assert.equal(lastSentence('再见。さようなら。あ'), 'さようなら。');
  assert.equal(lastSentence(''), '');
});
