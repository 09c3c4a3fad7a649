// Catalogues: the same keys in each, the same places in each sentence, and no key that nobody says.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { en } from '../../hermes_webui/ui/words/en.js';
import { LANGUAGES, chosenFrom, direction, listed, rich, speak, t } from '../../hermes_webui/ui/words/words.js';

const UI = new URL('../../hermes_webui/ui/', import.meta.url);
const FOLDERS = ['components', 'net', 'page', 'render', 'state'];
const placesOf = (entry) => [...new Set(JSON.stringify(entry).match(/\{\w+\}/g) ?? [])].sort().join(' ');

/** What the comments and the keys of a catalogue are, in order: an entry stands where its English one does. */
const areasOf = (code) => readFileSync(new URL(`words/${code}.js`, UI), 'utf8').match(/^  (?:\/\/ .*|'[\w.-]+')/gm);

function source() {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(new URL(folder, UI), { recursive: true }).filter((name) => name.endsWith('.js')).map((name) => `${folder}/${name}`));
  return files.map((name) => readFileSync(new URL(name, UI), 'utf8')).join('\n');
}

test('every key that the page says is in the English catalogue', () => {
  const said = [...source().matchAll(/\b(?:t|rich)\('([a-z]+\.[\w.-]+)'/g)].map(([, key]) => key);
  assert.deepEqual([...new Set(said.filter((key) => !(key in en)))], []);
});

test('every key of the catalogue is named somewhere in the page', () => {
  const text = source();
  const starts = [...text.matchAll(/`([a-z]+\.[\w.-]*)\$\{/g)].map(([, start]) => start);
  const unused = Object.keys(en).filter((key) => !text.includes(`'${key}'`) && !starts.some((start) => key.startsWith(start)));
  assert.deepEqual(unused, []);
});

for (const code of Object.keys(LANGUAGES).filter((name) => name !== 'en')) {
  test(`${code} says all that English says, with the same places`, async () => {
    const { words } = await import(new URL(`words/${code}.js`, UI));
    assert.deepEqual(Object.keys(words).sort(), Object.keys(en).sort());
    for (const key of Object.keys(en)) assert.equal(placesOf(words[key]), placesOf(en[key]), key);
  });

  test(`${code} has an area for an area, and only plural forms that it has a use for`, async () => {
    const { words } = await import(new URL(`words/${code}.js`, UI));
    const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [key, entry] of Object.entries(words)) {
      if (typeof entry === 'string') continue;
      assert.ok('other' in entry, key);
      assert.deepEqual(Object.keys(entry).filter((form) => !/^\d+$/.test(form) && !forms.includes(form)), [], key);
    }
    assert.deepEqual(areasOf(code), areasOf('en'));
  });
}

test('a language is chosen by what the browser wishes, English failing all', () => {
  const languages = { en: '', de: '', 'zh-CN': '' };
  assert.equal(chosenFrom(['de-CH', 'en'], languages), 'de');
  assert.equal(chosenFrom(['zh-TW'], languages), 'zh-CN');
  assert.equal(chosenFrom(['xx', 'EN-gb'], languages), 'en');
  assert.equal(chosenFrom([], languages), 'en');
});

test('places, plurals and markup', async () => {
  const words = {
    'x.count': { one: '{count} thing', other: '{count} things' },
    'x.named': { 1: '{name}', other: '{count} things' },
    'x.rich': 'See {link}.',
  };
  assert.equal(await speak('de', () => Promise.resolve({ words })), true);
  assert.equal(t('x.count', { count: 1 }), '1 thing');
  assert.equal(t('x.count', { count: 12345 }), '12.345 things');
  assert.deepEqual([t('x.named', { count: 1, name: 'it' }), t('x.named', { count: 2, name: 'it' })], ['it', '2 things']);
  assert.deepEqual(rich('x.rich', { link: { node: 1 } }), ['See ', { node: 1 }, '.']);
  assert.equal(t('app.reload'), 'Reload', 'what a catalogue lacks is said in English');
  assert.equal(t('no.such'), 'no.such');
  assert.equal(await speak('xx', () => Promise.reject(new Error('gone'))), false);
  assert.equal(await speak('en'), true);
});

test('names are listed as the language lists them', async () => {
  assert.equal(listed(['codex', 'claude', 'gemini']), 'codex, claude, gemini');
  await speak('ja', () => Promise.resolve({ words: {} }));
  assert.equal(listed(['codex', 'claude', 'gemini']), 'codex、claude、gemini');
  await speak('en');
});

test('right to left where the language is', () => {
  assert.equal(direction('he'), 'rtl');
  assert.equal(direction('ja'), 'ltr');
});
