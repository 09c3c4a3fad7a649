// What the keyboard map shows, in the order in which it matters: commands of the register by their ids, and what parts of the
// page hear by themselves as `[word, ...keys]`. A command with keys that is named nowhere here is shown at its group's end.

import { steerKeys } from './commands.js';

const key = (name, ...keys) => [`palette.key-${name}`, ...keys];

const writing = (sendKey) => [
  ['palette.send', sendKey === 'enter' ? 'Enter' : 'mod+Enter'],
  ['palette.line', sendKey === 'enter' ? 'shift+Enter' : 'Enter'],
  ['palette.steer', steerKeys(sendKey)],
  key('older', 'ArrowUp'),
  key('slash', '/'),
  key('at', '@'),
  key('take', 'Enter', 'Tab'),
  key('gap', 'Tab'),
  key('forget', 'shift+Delete'),
];

const READING = [
  'conversation.find', key('hits', 'Enter', 'shift+Enter'), 'conversation.outline', 'conversation.rename', key('messages', 'j', 'k'), key('prompts', 'n', 'p'),
  key('ends', 'Home', 'End'), key('along', 'ArrowLeft', 'ArrowRight'),
];

const LIST = [
  'list.toggle', 'list.filter', key('type', 'A–Z'), key('open', 'Enter'), key('rename', 'F2'), key('delete', 'Delete'), key('menu', 'shift+F10'),
  key('select', ' '), key('range', 'shift+ArrowUp', 'shift+ArrowDown'), key('all', 'mod+a'), key('none', 'Escape'),
];

const WORKSPACE = [
  'workspace.toggle', key('name', 'A–Z'), key('open', 'Enter'), key('fold', 'ArrowRight', 'ArrowLeft'), key('rename', 'F2'), key('delete', 'Delete'),
  key('file-menu', 'shift+F10'), key('save', 'mod+s'), key('indent', 'Tab', 'shift+Tab'), key('leave', 'Escape'), key('terminal', 'F6'), key('zoom', '+', '-', '0'),
];

/** `{id, word, rows, takes}`: `takes` are the register's groups whose other commands are shown here too. */
export const mapOf = (sendKey) => [
  {
    id: 'first', word: 'palette.group-first', takes: ['view', 'page'],
    rows: [
      'palette.open', 'keys.open', 'chat.new', 'chat.write', 'chat.stop', key('close', 'Escape'), ['palette.walk', 'ArrowUp', 'ArrowDown'],
      'settings.open', key('width', 'ArrowLeft', 'ArrowRight', 'Enter'),
    ],
  },
  { id: 'writing', word: 'palette.field-keys', rows: writing(sendKey) },
  {
    id: 'questions', word: 'palette.group-questions',
    rows: ['answer.show', 'answer.allow_once', 'answer.allow_session', 'answer.reject_once', key('answer', 'mod+Enter')],
  },
  { id: 'reading', word: 'palette.group-chat', takes: ['chat', 'message'], rows: READING },
  { id: 'queue', word: 'message.queue', rows: [key('reword', 'Enter'), key('move', 'alt+ArrowUp', 'alt+ArrowDown')] },
  { id: 'list', word: 'palette.group-list', takes: ['list'], rows: LIST },
  { id: 'models', word: 'composer.choose-model', rows: [key('like', 'mod+d')] },
  { id: 'workspace', word: 'workspace.title', rows: WORKSPACE },
];

/** The groups with what each row says and its keys: `{id, word, rows: [{id, title, keys}]}`; `say` is the catalogue. */
export function drawnMap(sendKey, commands, say) {
  const groups = mapOf(sendKey);
  const named = new Set(groups.flatMap(({ rows }) => rows));
  const ofCommand = ({ id, title, keys, writing: more }) => ({ id, title: title(), keys: [keys, more].filter(Boolean) });
  const given = (row) => commands.filter(({ id }) => id === row).map(ofCommand);
  const drawn = (row) => (Array.isArray(row) ? [{ id: row[0], title: say(row[0]), keys: row.slice(1) }] : given(row));
  return groups.map(({ id, word, rows, takes = [] }) => {
    const others = commands.filter((one) => one.keys && takes.includes(one.group) && !named.has(one.id));
    return { id, word, rows: [...rows.flatMap(drawn), ...others.map(ofCommand)] };
  });
}
