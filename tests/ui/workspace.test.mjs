// What of the workspace panel is pure: the tree of pages, CSV, differences, patches, keys of the editor, paths, groups.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grouped, kindOf, lettersOf } from '../../hermes_webui/ui/state/changes.js';
import { separatorOf, tableOf } from '../../hermes_webui/ui/state/csv.js';
import { difference, folded, patchLines } from '../../hermes_webui/ui/state/difference.js';
import { indented, lineAt, linesOf, newLine, stepOf } from '../../hermes_webui/ui/state/indent.js';
import { foldersTo, isWithin, languageOf, nameFault, parentOf, relative } from '../../hermes_webui/ui/state/paths.js';
import { PAGE, Tree } from '../../hermes_webui/ui/state/tree.js';

const folder = (name) => ({ name, kind: 'folder' });
const file = (name) => ({ name, kind: 'file' });
const shown = (tree) => Array.from({ length: tree.length }, (_, at) => tree.row(at).path);

function planted() {
  const tree = new Tree();
  tree.put('', { entries: [folder('a'), folder('b'), file('c.txt')], offset: 0, total: 3 });
  return tree;
}

test('an empty tree wants its root, once', () => {
  const tree = new Tree();
  assert.deepEqual(tree.wanted(0, 40), [{ path: '', offset: 0 }]);
  assert.deepEqual(tree.wanted(0, 40), []);
});

test('a folder that is unfolded has a row that waits, then its own rows', () => {
  const tree = planted();
  tree.unfold('a');
  assert.deepEqual(shown(tree), ['a', null, 'b', 'c.txt']);
  assert.deepEqual(tree.wanted(0, 40), [{ path: 'a', offset: 0 }]);
  tree.put('a', { entries: [file('x'), file('y')], offset: 0, total: 2 });
  assert.deepEqual(shown(tree), ['a', 'a/x', 'a/y', 'b', 'c.txt']);
  assert.deepEqual(tree.row(2), { path: 'a/y', folder: 'a', entry: file('y'), level: 2, at: 2, size: 2 });
  tree.unfold('a', false);
  assert.deepEqual(shown(tree), ['a', 'b', 'c.txt']);
});

test('rows are found by their paths, nested ones too', () => {
  const tree = planted();
  tree.unfold('b');
  tree.put('b', { entries: [folder('deep'), file('z')], offset: 0, total: 2 });
  tree.unfold('b/deep');
  tree.put('b/deep', { entries: [file('q')], offset: 0, total: 1 });
  shown(tree).forEach((path, at) => assert.equal(tree.numberOf(path), at));
  assert.equal(tree.numberOf('b/none'), -1);
});

test('a hundred thousand entries are one stretch, of which only what is looked at is wanted', () => {
  const tree = new Tree();
  tree.put('', { entries: Array.from({ length: PAGE }, (_, at) => file(`f${at}`)), offset: 0, total: 100_000 });
  assert.equal(tree.length, 100_000);
  assert.equal(tree.row(99_999).entry, null);
  assert.deepEqual(tree.wanted(50_000, 50_040), [{ path: '', offset: 50_000 }]);
  tree.put('', { entries: [file('here')], offset: 50_000, total: 100_000 });
  assert.equal(tree.numberOf('here'), 50_000);
});

test('what may have changed is wanted again and shown as it was until it comes', () => {
  const tree = planted();
  assert.deepEqual(tree.wanted(0, 40), []);
  tree.renew();
  assert.deepEqual(tree.wanted(0, 40), [{ path: '', offset: 0 }]);
  assert.deepEqual(shown(tree), ['a', 'b', 'c.txt']);
  tree.put('', { entries: [folder('b')], offset: 0, total: 1 });
  assert.deepEqual(shown(tree), ['b']);
  assert.equal(tree.numberOf('a'), -1);
});

test('an empty folder is looked at again too', () => {
  const tree = planted();
  tree.unfold('a');
  tree.wanted(0, 10);
  tree.put('a', { entries: [], offset: 0, total: 0 });
  assert.deepEqual(tree.wanted(0, 10), []);
  tree.renew();
  assert.deepEqual(tree.wanted(0, 10).map(({ path }) => path).sort(), ['', 'a']);
});

test('a page that did not come is not asked for at once again', () => {
  const tree = planted();
  tree.unfold('a');
  tree.wanted(0, 10);
  tree.miss('a', 0);
  assert.deepEqual(tree.wanted(0, 10), []);
});

test('letters lead to the next name that begins with them, round the end', () => {
  const tree = planted();
  assert.equal(tree.startingWith('C.', 0), 2);
  assert.equal(tree.startingWith('a', 1), 0);
  assert.equal(tree.startingWith('x', 0), -1);
});

test('what is dropped takes what is below with it', () => {
  const tree = planted();
  tree.unfold('a');
  tree.put('a', { entries: [folder('in')], offset: 0, total: 1 });
  tree.unfold('a/in');
  tree.drop('a');
  assert.deepEqual(tree.opened, []);
});

test('paths: what lies where, and absolute ones of an agent', () => {
  assert.equal(parentOf('a/b/c'), 'a/b');
  assert.equal(parentOf('a'), '');
  assert.deepEqual(foldersTo('a/b/c'), ['a', 'a/b']);
  assert.ok(isWithin('a/b', 'a') && !isWithin('ab', 'a'));
  assert.equal(relative('/home/me/w/src/x.py', '/home/me/w'), 'src/x.py');
  assert.equal(relative('/home/me/www/x', '/home/me/w'), null);
  assert.equal(relative('./src/x.py', '/w'), 'src/x.py');
  assert.equal(relative('../x', '/w'), null);
  assert.equal(languageOf('a/Dockerfile'), 'dockerfile');
  assert.equal(languageOf('a.b/x.PY'), 'py');
  assert.deepEqual([' ', 'a/b', '..', 'ok'].map(nameFault), ['empty', 'slash', 'dots', null]);
});

test('CSV: quotes, separators within them, lines within them, any separator', () => {
  assert.deepEqual(tableOf('a,b\n"x,1","say ""hi""\nthere"\r\n,').rows, [['a', 'b'], ['x,1', 'say "hi"\nthere'], ['', '']]);
  assert.equal(separatorOf('a;b;c\n1,5;2;3'), ';');
  assert.deepEqual(tableOf('"never ends').rows, [['never ends']]);
  assert.deepEqual(tableOf('a\nb\nc', 2), { rows: [['a'], ['b']], columns: 1, cut: true });
  assert.deepEqual(tableOf('').rows, []);
});

const apply = (parts, left) => parts.filter(({ kind }) => kind !== left).map(({ text }) => text).join('\n');

test('a difference gives both texts back, and the fewest lines', () => {
  for (const [old, now] of [['a\nb\nc', 'a\nx\nc\nd'], ['', 'a'], ['a\nb', 'b\na'], ['same', 'same'], ['a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc']]) {
    const parts = difference(old, now);
    assert.equal(apply(parts, 'added'), old);
    assert.equal(apply(parts, 'removed'), now);
  }
  const edits = difference('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc').filter(({ kind }) => kind !== 'same');
  assert.equal(edits.length, 5);
});

test('texts that have nothing in common are shown one after the other, quickly', () => {
  const [old, now] = ['o', 'n'].map((sign) => Array.from({ length: 5000 }, (_, at) => sign + at).join('\n'));
  const parts = difference(old, now);
  assert.equal(parts.length, 10_000);
  assert.equal(apply(parts, 'removed'), now);
});

test('long stretches that both texts have are folded', () => {
  const old = Array.from({ length: 100 }, (_, at) => `l${at}`).join('\n');
  const parts = folded(difference(old, old.replace('l50\n', 'new\n')));
  assert.deepEqual(parts.map(({ kind, count }) => count ?? kind).filter((each) => typeof each === 'number'), [47, 46]);
});

test('the lines of a patch have the numbers of both sides', () => {
  const lines = patchLines('--- a/x\n+++ b/x\n@@ -3,2 +3,2 @@ f\n same\n--- gone\n+++ come\n\\ No newline at end of file\n');
  assert.deepEqual(lines.map(({ kind }) => kind), ['head', 'head', 'hunk', 'same', 'removed', 'added', 'head']);
  assert.deepEqual([lines[4].old, lines[4].now, lines[4].text], [4, null, '-- gone']);
});

test('Tab moves lines in and out and keeps what is selected', () => {
  assert.deepEqual(indented('ab', 1, 1), { text: 'a    b', from: 5, to: 5 });
  const text = 'if x:\n  a\n  b\nc\n  d';
  assert.equal(stepOf(text), '  ');
  const moved = indented(text, 6, 14);
  assert.equal(moved.text, 'if x:\n    a\n    b\nc\n  d');
  assert.equal(moved.text.slice(moved.from, moved.to), '  a\n    b\n');
  assert.equal(indented(moved.text, moved.from, moved.to, true).text, text);
  assert.equal(indented('\tx', 2, 2, true).text, 'x');
});

test('Enter goes on at the same depth, deeper after a bracket', () => {
  assert.equal(newLine('  a', 3, 3).text, '  a\n  ');
  assert.equal(newLine('\tif (x) {', 9, 9).text, '\tif (x) {\n\t\t');
});

test('a line is found by its number', () => {
  assert.deepEqual(lineAt('a\nbc\nd', 2), [2, 4]);
  assert.deepEqual(lineAt('a', 9), [0, 1]);
  assert.equal(linesOf('a\nb\n'), 3);
});

test('changes of this turn come first, without git too', () => {
  const changes = [{ path: 'a', state: 'M', staged: false }, { path: 'b', state: '?', staged: false }, { path: 'c', state: 'A', staged: true }];
  const groups = grouped({ changes, touched: ['a', 'out'] });
  assert.deepEqual(groups.map(({ group, items }) => [group, items.map(({ path }) => path)]), [['turn', ['out', 'a']], ['staged', ['c']], ['new', ['b']]]);
  assert.deepEqual(grouped({}), []);
  assert.equal(kindOf('??'), 'added');
  assert.equal(kindOf(undefined), null);
});

test('git\'s letters stand at files and at the folders that lead to them', () => {
  const letters = lettersOf([{ path: 'src/store/log.py', state: 'A' }, { path: 'src/app.py', state: 'M' }, { path: 'new.txt', state: '?' }]);
  assert.deepEqual([...letters].sort(), [['new.txt', '?'], ['src', 'M'], ['src/app.py', 'M'], ['src/store', 'M'], ['src/store/log.py', 'A']]);
  assert.equal(lettersOf().size, 0);
});
