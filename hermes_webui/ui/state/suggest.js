// What is being asked for by `/` at the start of the composer, or by `@` in it; pure.

import { ranked } from './commands.js';
import { nameOf, parentOf } from './paths.js';

/** What may stand before `@`: nothing, a space, or a character of a script that has no spaces. */
const BEFORE = '(?:^|[\\s\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}、。，！？：；）」』”])';
const COMMAND = /^[/／]([\p{L}\p{N}-]*(?: [\p{L}\p{N}-]*)?)$/u;
const MENTION = new RegExp(`${BEFORE}[@＠]([\\p{L}\\p{N}_./-]{0,200})$`, 'u');

/** `{kind: command | mention, query, from, to}` where the text before the caret asks for something, else null. */
export function asked(text, caret) {
  const before = text.slice(0, caret);
  const command = COMMAND.exec(before);
  if (command && caret === text.length) return { kind: 'command', query: command[1], from: 0, to: caret };
  const mention = MENTION.exec(before);
  return mention ? { kind: 'mention', query: mention[1], from: caret - mention[1].length - 1, to: caret } : null;
}

/** How a command is called after the slash: `chat.new` is `/new`, `keys.open` is `/keys`. */
export const slashName = ({ id, slash }) => slash ?? id.replace(/\.open$/, '').split('.').at(-1);

const MOST = 50;

/** The page's own, and those of the session's agent: `{name, description, hint}`, which are sent to it as they are. */
export function commandsFor(query, commands, agents = []) {
  const useful = commands.filter(({ id }) => id !== 'chat.write'); // one is there already
  const named = useful.map((command) => ({ key: command.id, name: `/${slashName(command)}`, title: command.title(), command }));
  const theirs = agents.map(({ name, description = '' }) => ({ key: `agent:${name}`, name: `/${name}`, title: description, insert: `/${name} ` }));
  const begins = (item) => item.name.slice(1).startsWith(query.toLowerCase());
  const found = ranked(query, [...theirs, ...named], ({ name, title }) => `${name.slice(1)} ${title}`);
  return [...found.filter(begins), ...found.filter((item) => !begins(item))].slice(0, MOST);
}

/** Kept prompts, then files of this conversation, then of its workspace. `prompts`: [{id, title, text}], `files`: [{id, name, …}]. */
export function mentionsFor(query, { prompts, files, paths = [] }) {
  const all = [
    ...prompts.map((prompt) => ({ key: prompt.id, name: prompt.title, title: prompt.text.slice(0, 120), prompt })),
    ...files.map((file) => ({ key: file.id, name: file.name, title: '', file })),
    ...paths.map((path) => ({ key: `path:${path}`, name: nameOf(path), title: parentOf(path), path, insert: `${path} ` })),
  ];
  return ranked(query, all, ({ name, path }) => path ?? name).slice(0, MOST);
}

/** The files that the messages of a conversation came with, the last first, each content once. */
export function filesOf(messages) {
  const found = new Map();
  for (const message of [...messages].reverse()) {
    for (const file of message.attachments ?? []) if (file.id && !found.has(file.id)) found.set(file.id, file);
  }
  return [...found.values()];
}

/** The text with `[from, to)` replaced by `inserted`, and the selection after it: the first {place}, else its end. */
export function filled(text, { from, to }, inserted) {
  const whole = text.slice(0, from) + inserted + text.slice(to);
  const place = nextPlace(inserted, 0);
  const selection = place ? place.map((at) => at + from) : [from + inserted.length, from + inserted.length];
  return { text: whole, selection };
}

/** Where the next `{place}` of a text stands, from `at` on: `[start, end]`, or null. */
export function nextPlace(text, at) {
  const found = /\{[\p{L}_][\p{L}\p{N}_ -]{0,40}\}/u.exec(text.slice(at));
  return found ? [at + found.index, at + found.index + found[0].length] : null;
}
