// Where mathematics stands in a text, and what only looks like it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formulaOf, mathAt } from '../../hermes_webui/ui/state/mathematics.js';

const found = (text) => {
  const formulas = [];
  for (let at = 0; at < text.length;) {
    const formula = mathAt(text, at);
    if (formula) formulas.push(formula.tex);
    at = formula?.end ?? at + (text[at] === '\\' ? 2 : 1);
  }
  return formulas;
};

test('formulas in their four kinds of marks', () => {
  assert.deepEqual(found('a $x^2$ b $$y$$ c \\(z\\) and \\[ w = 1 \\]'), ['x^2', 'y', 'z', 'w = 1']);
  assert.deepEqual(found('$a$, $b$.'), ['a', 'b']);
  assert.deepEqual(found('$10 = 5 + 5$'), ['10 = 5 + 5']);
  assert.deepEqual(found('$$\na\n- b\n$$'), ['a\n- b']);
  assert.deepEqual(found('$\\text{costs \\$5}$'), ['\\text{costs \\$5}']);
});

test('prices, variables and escaped brackets are text', () => {
  for (const text of [
    '$5 and $10', '$5-$10', 'US$5 or A$6$', '$HOME and $PATH', '$5 million to 10$ more', '$ x $', '\\$x\\$', 'a \\[link\\](x)',
    '\\[ ] a task', '$`a`$', '$a\n\nb$', '$$ $$', '$$$', '$x', '`$`',
  ]) assert.deepEqual(found(text), [], text);
  assert.deepEqual(found('as said \\[see below\\] here'), []);
});

test('what stands in an element is one formula, whole', () => {
  assert.deepEqual(formulaOf('\\[x\\]'), { end: 5, tex: 'x', display: true });
  assert.equal(formulaOf('$x$ and'), null);
});
