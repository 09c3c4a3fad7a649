// Emphasis in scripts that put no spaces around it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withEmphasis } from '../../hermes_webui/ui/render/markdown-emphasis.js';
import MarkdownIt from '../../hermes_webui/ui/vendor/markdown-it.js';

const markdown = new MarkdownIt();
withEmphasis(markdown);
const drawn = (text) => markdown.renderInline(text);

test('what stands between stars is strong beside Chinese, Japanese and Korean, also with signs inside', () => {
  assert.equal(drawn('これは**「重要」**です。'), 'これは<strong>「重要」</strong>です。');
  assert.equal(drawn('这是**重点（必看）**的内容'), '这是<strong>重点（必看）</strong>的内容');
  assert.equal(drawn('**注意：**请先备份'), '<strong>注意：</strong>请先备份');
  assert.equal(drawn('见*`a`*和~~（旧）~~新'), '见<em><code>a</code></em>和<s>（旧）</s>新');
  assert.equal(drawn('**이것은(중요)**입니다'), '<strong>이것은(중요)</strong>입니다');
  assert.equal(drawn('𠮷**「x」**𠮷'), '𠮷<strong>「x」</strong>𠮷');
});

test('everything else is as CommonMark has it', () => {
  const plain = new MarkdownIt();
  for (const text of ['a**"b"**c', '2 * 3 * 4', 'snake_case_名前', '三 * 四 * 五', '** 重要 **', '*a*b **c d**', '重 ** 要']) {
    assert.equal(drawn(text), plain.renderInline(text), text);
  }
});
