// Forms of agents, and diffs: what is read from them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, read } from '../../hermes_webui/ui/state/forms.js';
import { countOf, isOnlyRenamed, patchOf, splitPath } from '../../hermes_webui/ui/state/patch.js';

const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', title: 'Name', minLength: 2, maxLength: 5 },
    kind: { enum: ['a', 'b'], enumNames: ['First', 'Second'] },
    place: { oneOf: [{ const: 1, title: 'One' }, { const: 2 }] },
    count: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
    share: { type: ['number', 'null'] },
    on: { type: 'boolean', default: true },
    mail: { type: 'string', format: 'email' },
    code: { type: 'string', pattern: '^[A-Z]+$' },
    odd: { type: 'string', pattern: '(' },
    story: { type: 'string', maxLength: 4000 },
  },
  required: ['name', 'kind'],
};
const fields = fieldsOf(SCHEMA);
const field = (name) => fields.find((one) => one.name === name);
const typed = (more) => read(fields, { name: 'Maja', kind: 'a', on: true, ...more });

test('properties become fields of their kind, with what they begin with', () => {
  assert.deepEqual(fields.map(({ kind }) => kind), ['text', 'choice', 'choice', 'number', 'number', 'switch', 'text', 'text', 'text', 'long']);
  assert.deepEqual([field('kind').options, field('place').options], [[['a', 'First'], ['b', 'Second']], [[1, 'One'], [2, '2']]]);
  assert.deepEqual([field('count').value, field('on').value, field('name').value, field('name').required], [3, true, '', true]);
  assert.deepEqual(fieldsOf(null), []);
});

test('values have the types of the schema, and what is left empty is left out', () => {
  assert.deepEqual(typed({ place: '2', count: '4', share: '0,5' }), {
    values: { name: 'Maja', kind: 'a', place: 2, count: 4, share: 0.5, on: true }, faults: {},
  });
});

for (const [name, value, fault] of [
  ['name', '', { code: 'required' }], ['name', 'x', { code: 'short', limit: 2 }], ['name', 'too long', { code: 'long', limit: 5 }],
  ['count', 'x', { code: 'number' }], ['count', '1.5', { code: 'integer' }], ['count', '0', { code: 'least', limit: 1 }],
  ['count', '10', { code: 'most', limit: 9 }], ['mail', 'me', { code: 'email' }], ['code', 'abc', { code: 'pattern' }],
]) {
  test(`“${value}” in ${name} is told apart: ${fault.code}`, () => assert.deepEqual(typed({ [name]: value }).faults, { [name]: fault }));
}

test('a pattern that is none holds nobody up', () => assert.deepEqual(typed({ odd: 'x' }).faults, {}));

test('a diff says what it adds and takes away, line by line', () => {
  const { added, removed, lines } = patchOf('--- a/x\n+++ b/x\n@@ -3,3 +3,3 @@ def f():\n same\n--- looks like a head\n+new\n\\ No newline at end of file\n');
  assert.deepEqual([added, removed], [1, 1]);
  assert.deepEqual(lines.map(({ kind, old, new: now }) => [kind, old, now]), [
    ['hunk', null, null], ['same', 3, 3], ['removed', 4, null], ['added', null, 4], ['note', null, null],
  ]);
  assert.deepEqual([lines[0].text, lines[2].text], ['def f():', '-- looks like a head']);
  assert.deepEqual(patchOf('no diff').lines, []);
});

test('a diff that begins with the first line says of nothing above it that it is left out, and only lines are counted', () => {
  const kinds = (patch) => patchOf(patch).lines.map(({ kind }) => kind);
  assert.deepEqual(kinds('--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+one\n+two\n'), ['added', 'added']);
  assert.deepEqual(kinds('--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n'), ['removed']);
  assert.deepEqual(kinds('@@ -2 +2 @@\n-one\n+two\n'), ['hunk', 'removed', 'added']);
  const { lines } = patchOf('@@ -1 +1 @@\n-one\n+two\n@@ -9,2 +9,3 @@\n same\n+new\n\\ No newline at end of file\n');
  assert.deepEqual(lines.map(({ kind }) => kind), ['removed', 'added', 'hunk', 'same', 'added', 'note']);
  assert.equal(countOf(lines), 4);
});

test('a file that has another name and nothing else is known from its diff', () => {
  const renamed = 'diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n';
  assert.equal(isOnlyRenamed(renamed), true);
  assert.equal(isOnlyRenamed(`${renamed}--- a/x\n+++ b/y\n@@ -1 +1 @@\n-one\n+two\n`), false);
  assert.equal(isOnlyRenamed(renamed.replace('similarity', 'old mode 100644\nnew mode 100755\nsimilarity')), false);
  assert.equal(isOnlyRenamed('Binary files a/x and b/y differ\nrename to y\n'), false);
  assert.equal(isOnlyRenamed('@@ -1 +1 @@\n-one\n+rename to y\n'), false);
});

test('a path is a folder and a name', () => assert.deepEqual([splitPath('a/b.c'), splitPath('b.c')], [['a/', 'b.c'], ['', 'b.c']]));
