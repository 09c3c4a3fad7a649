import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blank } from '../../hermes_webui/ui/state/parameters.js';

const values = (schema) => JSON.parse(blank(schema));

test('a tool is tried with what it wants, each as its type has it', () => {
  const properties = {
    path: { type: 'string' }, lines: { type: 'integer' }, deep: { type: ['boolean', 'null'] }, names: { type: 'array' },
    sort: { enum: ['name', 'size'] }, limit: { type: 'number', default: 5 }, unknown: {}, spare: { type: 'string' },
  };
  const required = ['path', 'lines', 'deep', 'names', 'sort', 'limit', 'unknown', 'nowhere'];
  assert.deepEqual(values({ type: 'object', properties, required }),
    { path: '', lines: 0, deep: false, names: [], sort: 'name', limit: 5, unknown: '' });
});

test('a tool that wants nothing, or says nothing, begins with an empty object', () => {
  for (const schema of [undefined, null, {}, { type: 'object' }, { properties: { path: {} } }, { required: ['path'] }]) assert.equal(blank(schema), '{}');
});
