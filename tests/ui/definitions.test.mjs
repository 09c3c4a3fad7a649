// What one block says for all: link definitions, and which footnotes there are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionsFor, definitionsIn } from '../../hermes_webui/ui/state/definitions.js';

const said = definitionsIn(['See [a].', '[A]: https://a.example "x"\nx [b]: no\n', '[^n1]: a note\n    that goes on\n[a]: https://second.example\n']);

test('a block gets the definitions that it names, wherever they stand, and the first of a label counts', () => {
  assert.equal(definitionsFor('See [a] and [text][ A ].', said), '[A]: https://a.example "x"');
  assert.equal(definitionsFor('A note[^N1].', said), '[^n1]:');
  assert.equal(definitionsFor('nothing [else] of it', said), '');
  assert.equal(definitionsFor('no brackets', said), '');
});

test('definitions stay the same object while none is added', () => {
  assert.equal(definitionsIn(['more words', '[a]: https://third.example'], said), said);
  assert.notEqual(definitionsIn(['[new]: /x'], said), said);
});
