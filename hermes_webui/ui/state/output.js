// What a tool was given and what it gave, as people read it.

const LONG_LINES = 24;
const LONG_CHARACTERS = 4000;
const FIRST_LINES = 16;
const COMMANDS = ['command', 'cmd', 'script', 'code'];

function parsed(given) {
  try {
    const value = JSON.parse(given);
    return value !== null && typeof value === 'object' ? value : null;
  } catch {
    return null; // a model may write anything here: it is shown as it came
  }
}

/** The arguments in a line. */
export function oneLine(given) {
  const value = parsed(given);
  const values = value ? Object.values(value) : [given ?? ''];
  const words = values.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return words.join(' · ').replace(/\s+/g, ' ').slice(0, 160);
}

/** The arguments: what is run, where one of them says so, and the others as JSON. Either may be empty. */
export function givenOf(given) {
  const value = parsed(given);
  if (!value || Array.isArray(value)) return { command: '', rest: pretty(given) };
  const name = COMMANDS.find((each) => typeof value[each] === 'string');
  const { [name]: command = '', ...others } = value;
  return { command, rest: Object.keys(others).length ? JSON.stringify(others, null, 2) : '' };
}

export function pretty(given) {
  const value = parsed(given);
  return value ? JSON.stringify(value, null, 2) : String(given ?? '');
}

/** The beginning of a long text, and how many lines there are; null where it is short. */
export function beginning(text) {
  const lines = text.split('\n');
  if (lines.length <= LONG_LINES && text.length <= LONG_CHARACTERS) return null;
  return { start: lines.slice(0, FIRST_LINES).join('\n').slice(0, LONG_CHARACTERS), lines: lines.length };
}

const KINDS = [[/^@@ /, 'hunk'], [/^(?:---|\+\+\+|diff |index )/, 'head'], [/^\+/, 'added'], [/^-/, 'removed']];

/** The lines of a unified diff with their kinds, neighbours of one kind together; null where the text is none. */
export function diffOf(text) {
  if (!/^@@ -\d+(?:,\d+)? \+\d+/m.test(text)) return null;
  const parts = [];
  for (const line of text.split('\n')) {
    const kind = KINDS.find(([pattern]) => pattern.test(line))?.[1] ?? 'same';
    if (parts.at(-1)?.kind === kind) parts.at(-1).text += `\n${line}`;
    else parts.push({ kind, text: line });
  }
  return parts;
}

/** The places of a call in words: `a/b.py:3`. */
export const pathsOf = (locations = []) => locations.map(({ path, line }) => (line ? `${path}:${line}` : path));

/** A call whose question was open when its turn ended. */
export const isNotRun = ({ status, not_run }) => status === 'cancelled' && Boolean(not_run);
