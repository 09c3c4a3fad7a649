// Cutting markdown into blocks: nothing is lost, and a block once finished stays as it is while the text grows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advance, blocksOf, noBlocks } from '../../hermes_webui/ui/state/blocks.js';
import { randomOf } from './model.mjs';

const squash = (text) => text.replace(/\s+/g, '');

test('paragraphs, headings and fences are blocks of their own; lists and what hangs in them stay together', () => {
  const text = [
    '# Head\n', 'Some *words*\nover two lines.\n', 'Code:\n```js\nlet a = 1;\n\nlet b;\n```\nafter\n', '1. one\n\n   more of one\n\n2. two\n',
    '- a\n  ```py\n  x\n\n  y\n  ```\n- b\n', '> quote\n> more\n', '| a | b |\n|---|---|\n| 1 | 2 |\n',
  ].join('\n');
  assert.deepEqual(blocksOf(text).map((block) => block.trim().split('\n')[0]), [
    '# Head', 'Some *words*', 'Code:', '```js', 'after', '1. one', '> quote', '| a | b |',
  ]);
});

test('a fence inside a fence does not end it', () => {
  assert.equal(blocksOf('````md\n```js\nx\n```\n\ny\n````\n\nz').length, 2);
});

test('a code block that has not ended is told apart', () => {
  const { done, fence } = advance(noBlocks, 'Look:\n\n```python title\na = 1\n\nb');
  assert.deepEqual([done.length, fence], [1, { language: 'python', code: 'a = 1\n\nb' }]);
  assert.deepEqual(advance(advance(noBlocks, '```a\nx\n```\n'), '```a\nx\n```\n\n```b\ny').fence, { language: 'b', code: 'y' });
  assert.equal(advance(noBlocks, '```js\nx\n```\n').fence, null);
  assert.equal(advance(noBlocks, '- a\n  ```js\n  x').fence, null);
});

test('fed in pieces, the blocks are those of the whole, and finished ones never change', () => {
  const pieces = ['para ', '\n', '\n\n', '- item\n', '1. one\n', '2', '. two', '```', 'js\n', 'x = 1\n', '```\n', '  more\n', '> q\n', '# h\n', '| a |\n', '~~~\n', '🦉 ', '    code\n', '* x\n\n'];
  for (let seed = 1; seed <= 400; seed++) {
    const random = randomOf(seed);
    let text = '';
    let blocks = noBlocks;
    for (let at = 0; at < 30; at++) {
      text += pieces[random(pieces.length)];
      const next = advance(blocks, text);
      assert.deepEqual(next.done.slice(0, blocks.done.length), blocks.done, `seed ${seed}`);
      blocks = next;
    }
    const all = [...blocks.done, ...(blocks.tail ? [blocks.tail] : [])];
    assert.deepEqual(all, blocksOf(text), `seed ${seed}: ${JSON.stringify(text)}`);
    assert.equal(squash(all.join('')), squash(text), `seed ${seed}`);
  }
});
