// The composer's pure parts: what / and @ ask for, what ↑ brings back, what may be attached, what the ring shows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, admitted, described, isImage, LARGEST, MOST, sizeOf } from '../../hermes_webui/ui/state/attachments.js';
import { contextOf } from '../../hermes_webui/ui/state/choice.js';
import { offered, sections, toggled, tokens } from '../../hermes_webui/ui/state/models.js';
import { Outbox } from '../../hermes_webui/ui/state/outbox.js';
import { recallable, step, withSent } from '../../hermes_webui/ui/state/recall.js';
import { asked, commandsFor, filesOf, filled, mentionsFor, nextPlace, slashName } from '../../hermes_webui/ui/state/suggest.js';
import { Mirror } from '../../hermes_webui/ui/net/mirror.js';

const at = (text) => asked(text.replace('|', ''), text.indexOf('|'));

test('a slash asks for a command only where a message would begin', () => {
  assert.deepEqual(at('/|'), { kind: 'command', query: '', from: 0, to: 1 });
  assert.equal(at('/new c|').query, 'new c');
  assert.equal(at('／new|').query, 'new', 'as a Japanese keyboard writes it');
  for (const text of ['/etc/hosts|', 'a /new|', '/ne|w', ' /new|', '/new\n|', '/a b c|', '|/']) assert.equal(at(text), null, text);
});

test('an @ asks for a mention where a word begins', () => {
  assert.deepEqual(at('see @re|'), { kind: 'mention', query: 're', from: 4, to: 7 });
  assert.equal(at('@|').query, '');
  assert.equal(at('line\n@x|').query, 'x');
  for (const text of ['请看@报|', 'これを@报|', '见（图）@报|', '＠报|']) assert.equal(at(text)?.query, '报', text);
  for (const text of ['mail@example|', 'see @re |', 'a|@', '@@|']) assert.equal(at(text), null, text);
});

const command = (id, title) => ({ id, title: () => title });
const COMMANDS = [command('chat.new', 'New chat'), command('message.retry', 'Answer again'), command('keys.open', 'Keyboard'), command('chat.rename', 'Rename')];

test('commands are found by their name first, then by their title', () => {
  const found = (query) => commandsFor(query, COMMANDS).map(({ name }) => name);
  assert.deepEqual(found(''), ['/new', '/retry', '/keys', '/rename']);
  assert.deepEqual(found('re'), ['/rename', '/retry'], 'the shorter title fits better');
  assert.deepEqual(found('again'), ['/retry']);
  assert.deepEqual(found('zzz'), []);
  assert.equal(slashName({ id: 'a.b', slash: 'own' }), 'own');
});

test('mentions are kept prompts and the files of the conversation, each content once, the last first', () => {
  const file = (id, name) => ({ id, name });
  const files = filesOf([{ attachments: [file('1', 'a.txt'), { name: 'no id' }] }, {}, { attachments: [file('2', 'b.png'), file('1', 'again.txt')] }]);
  assert.deepEqual(files.map(({ name }) => name), ['b.png', 'again.txt']);
  const prompts = [{ id: 'p', title: 'Review', text: 'Review {what}' }];
  assert.deepEqual(mentionsFor('', { prompts, files }).map(({ name }) => name), ['Review', 'b.png', 'again.txt']);
  assert.deepEqual(mentionsFor('rev', { prompts, files }).map(({ key }) => key), ['p']);
});

test('an inserted prompt takes the place of what asked for it, its first place is selected', () => {
  assert.deepEqual(filled('see @re now', { from: 4, to: 7 }, 'Review {what} of {whom}'), {
    text: 'see Review {what} of {whom} now', selection: [11, 17],
  });
  assert.deepEqual(filled('@x', { from: 0, to: 2 }, 'plain').selection, [5, 5]);
  assert.deepEqual(nextPlace('a {b c} {d}', 7), [8, 11]);
  assert.equal(nextPlace('a { } {1} {"json": 1}', 0), null);
});

test('up goes back through this conversation, then through this browser, and down comes back to the empty field', () => {
  const list = recallable(['one', 'two', 'one'], ['two', 'elsewhere', ' ']);
  assert.deepEqual(list, ['one', 'two', 'elsewhere']);
  assert.equal(step(list, -1, 1, ''), 0);
  assert.equal(step(list, 0, 1, 'one'), 1);
  assert.equal(step(list, 2, 1, 'elsewhere'), null, 'there is nothing before the first');
  assert.equal(step(list, 0, -1, 'one'), -1);
  assert.equal(step(list, -1, -1, ''), null);
  assert.equal(step(list, 0, 1, 'one, changed'), null, 'what was changed is not thrown away');
});

test('what is sent is remembered once, and nothing as long as a document', () => {
  assert.deepEqual(withSent(['a', 'b'], 'b'), ['b', 'a']);
  assert.deepEqual(withSent(['a'], 'x'.repeat(5000)), ['a']);
  assert.deepEqual(withSent(['a'], ' '), ['a']);
  assert.equal(withSent(Array.from({ length: 50 }, (_, n) => `p${n}`), 'new').length, 50);
});

test('what is too large, empty or too many is said, the rest is taken', () => {
  const file = (name, size) => ({ name, size });
  const { taken, problems } = admitted([file('a', 1), file('big', LARGEST + 1), file('none', 0), file('b', LARGEST)], MOST - 1);
  assert.deepEqual(taken.map(({ name }) => name), ['a']);
  assert.equal(problems.length, 3);
  assert.match(problems[0], /big is larger than 25 MB/);
  assert.match(problems[1], /none is empty/);
  assert.match(problems[2], /20 files/);
});

test('sizes, addresses and what is kept of a file', () => {
  assert.deepEqual([sizeOf(3), sizeOf(2048), sizeOf(2.44 * 2 ** 20)], ['3 byte', '2 kB', '2.4 MB']);
  assert.equal(addressOf({ id: 'ab', name: 'a b&c.png' }), '/api/attachments/ab?name=a+b%26c.png');
  assert.deepEqual(described({ key: 'k', name: 'n', type: '', size: 1, part: 0.5, error: 'x' }), { key: 'k', name: 'n', type: '', size: 1 });
  assert.ok(isImage({ type: 'image/webp' }));
  assert.ok(!isImage({ type: 'image/svg+xml' }));
});

test('the ring shows the last reply that told its tokens, and nothing where the context is not known', () => {
  const reply = (usage) => ({ role: 'assistant', usage });
  const messages = [reply({ input_tokens: 10, output_tokens: 5 }), { role: 'user' }, reply({ input_tokens: 90, output_tokens: 10, context_length: 1000 }), reply(undefined)];
  assert.deepEqual(contextOf(messages, null), { used: 100, length: 1000 });
  assert.deepEqual(contextOf(messages, 200), { used: 100, length: 200 });
  assert.equal(contextOf(messages.slice(0, 1), null), null);
  assert.equal(contextOf([], 200), null);
});

const memory = () => {
  const kept = new Map();
  return {
    get: (name) => kept.get(name) ?? null, set: (name, value) => Boolean(kept.set(name, value)),
    remove: (name) => kept.delete(name), names: (prefix) => [...kept.keys()].filter((name) => name.startsWith(prefix)), kept,
  };
};
const vault = () => {
  const kept = new Map();
  return {
    put: async (store, key, value) => Boolean(kept.set(key, value)), remove: async (store, key) => { kept.delete(key); return true; },
    all: async () => [...kept.values()], kept,
  };
};

test('what a crash of the browser takes from its storage comes back, but nothing that was sent or taken back', async () => {
  const [storage, second] = [memory(), vault()];
  const outbox = new Outbox(storage, new Mirror(storage, second));
  for (const key of ['a', 'b', 'c']) outbox.put({ key, session_id: null, content: key, at: key.charCodeAt(0) });
  outbox.remove('b');
  await null;
  assert.deepEqual([...second.kept.keys()], ['a', 'c']);
  storage.kept.clear();
  storage.set('gone.c', 1); // it was taken back, and its copy was still there
  await new Mirror(storage, second).restore();
  assert.deepEqual(outbox.all().map(({ key }) => key), ['a']);
  assert.deepEqual([...second.kept.keys()], ['a']);
});

const provider = (id, count, ready = true) =>
  ({ id, name: id.toUpperCase(), ready, models: Array.from({ length: count }, (_, n) => ({ id: `${id}-${n}`, name: n === 3 ? 'Opus' : '' })) });
const titles = (found) => found.map(({ id, items, more }) => [id, items.length, more]);

test('models stand once: favourites, those used lately, then provider by provider', () => {
  const all = offered([provider('a', 6), provider('b', 6), provider('c', 9, false)]);
  assert.equal(all.length, 12);
  const found = sections(all, { favourites: ['b/b-1', 'gone/x'], recent: ['b/b-1', 'a/a-0'] });
  assert.deepEqual(titles(found), [['favourites', 1, 0], ['recent', 1, 0], ['provider:a', 5, 0], ['provider:b', 5, 0]]);
  assert.deepEqual(titles(sections(offered([provider('a', 2)]), { favourites: ['a/a-1'] })), [['provider:a', 2, 0]], 'a short list stays as it is');
});

test('a few letters find one of five hundred, favourites first, and no more are drawn than can be read', () => {
  const all = offered([provider('open', 250), provider('router', 250)]);
  assert.deepEqual(titles(sections(all, {})), [['provider:open', 60, 190], ['provider:router', 60, 190]]);
  const [{ items }] = sections(all, { query: 'opus', favourites: ['router/router-3'] });
  assert.deepEqual(items.map(({ key }) => key), ['router/router-3', 'open/open-3']);
  assert.deepEqual(sections(all, { query: 'nothing like it' }), []);
});

test('a star is given and taken back; contexts are told as people tell them', () => {
  assert.deepEqual(toggled(['a'], 'b'), ['b', 'a']);
  assert.deepEqual(toggled(['b', 'a'], 'b'), ['a']);
  assert.deepEqual([tokens(4096), tokens(200_000), tokens(1_048_576), tokens(null), tokens(512)], ['4k', '200k', '1M', '', '512']);
});
