// Keys of an editor of code: Tab and Shift+Tab move lines in and out, Enter goes on at the same depth. Each gives
// `{text, from, to}`, the text and the selection after it.

const LOOKED_AT = 20_000; // characters: enough to tell, and as quick in a long text

/** What one step of the text is: a tab, or as many spaces as its least indented line has. */
export function stepOf(text) {
  const found = text.slice(0, LOOKED_AT).match(/^(?:\t| {2,8}(?=\S))/gm) ?? [];
  return found.includes('\t') ? '\t' : found.sort((one, other) => one.length - other.length)[0] ?? '    ';
}

/** Tab: at a caret a step is put in; a selection of lines moves in, or `out`. */
export function indented(text, from, to, out = false) {
  const step = stepOf(text);
  if (from === to && !out) return { text: text.slice(0, from) + step + text.slice(from), from: from + step.length, to: from + step.length };
  const begin = text.lastIndexOf('\n', from - 1) + 1;
  const end = to > from && text[to - 1] === '\n' ? to - 1 : to;
  const lines = text.slice(begin, end).split('\n');
  const moved = lines.map((line) => (out ? line.replace(outdent(step), '') : line && step + line));
  const first = moved[0].length - lines[0].length;
  const all = moved.join('\n');
  return { text: text.slice(0, begin) + all + text.slice(end), from: Math.max(from + first, begin), to: to + all.length - (end - begin) };
}

const outdent = (step) => (step === '\t' ? /^(?:\t| {1,4})/ : new RegExp(`^(?: {1,${step.length}}|\\t)`));

/** Enter: the next line begins where this one does, one step further after an opening bracket or a colon. */
export function newLine(text, from, to) {
  const begin = text.lastIndexOf('\n', from - 1) + 1;
  const before = text.slice(begin, from);
  const deeper = /[{([:]\s*$/.test(before) ? stepOf(text) : '';
  const added = `\n${/^[\t ]*/.exec(before)[0]}${deeper}`;
  return { text: text.slice(0, from) + added + text.slice(to), from: from + added.length, to: from + added.length };
}

/** Where a line (from 1) begins and ends. */
export function lineAt(text, line) {
  let begin = 0;
  for (let at = 1; at < line; at++) {
    const next = text.indexOf('\n', begin);
    if (next < 0) break;
    begin = next + 1;
  }
  const end = text.indexOf('\n', begin);
  return [begin, end < 0 ? text.length : end];
}

export function linesOf(text) {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
