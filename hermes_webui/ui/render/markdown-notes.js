// Footnotes. A mark shows its label, so that it need not wait for the definition, and a definition stands where it was
// written: neither changes when more of the text arrives.

const MARK = /^\[\^([^\s[\]^]{1,60})\]/;
const DEFINITION = /^\[\^([^\s[\]^]{1,60})\]:[ \t]*/;

export function withNotes(markdown) {
  const { escapeHtml } = markdown.utils;
  const { rules } = markdown.renderer;
  markdown.inline.ruler.before('link', 'note', mark);
  markdown.block.ruler.before('reference', 'note', definition, { alt: ['paragraph', 'reference'] });
  rules.note_mark = (tokens, at) => `<sup class="note-mark"><a href="#note">${escapeHtml(tokens[at].content)}</a></sup>`;
  rules.note_open = (tokens, at) =>
    `<div class="note"><sup class="note-label"><a href="#mark">${escapeHtml(tokens[at].content)}</a></sup>`;
  rules.note_close = () => '</div>\n';
}

/** `[^1]`; any other label only where a definition is known, for `[^a-z]` may be meant as it stands. */
function mark(state, silent) {
  const [whole, label] = MARK.exec(state.src.slice(state.pos, state.pos + 64)) ?? [];
  if (!whole || !(/^\d{1,3}$/.test(label) || state.env.notes?.has(label.toLowerCase()))) return false;
  if (!silent) state.push('note_mark', '', 0).content = label;
  state.pos += whole.length;
  return true;
}

/** `[^1]: …`, with the lines that go on or are indented. */
function definition(state, from, to, silent) {
  if (state.sCount[from] - state.blkIndent >= 4) return false;
  const start = state.bMarks[from] + state.tShift[from];
  const [whole, label] = DEFINITION.exec(state.src.slice(start, state.eMarks[from])) ?? [];
  if (!whole) return false;
  if (silent) return true;
  const end = lastLine(state, from, to);
  state.push('note_open', '', 1).content = label;
  inside(state, from, end, whole.length);
  state.push('note_close', '', -1);
  state.line = end;
  return true;
}

/** The line after the note: at the next definition, or after an empty line where nothing indented follows. */
function lastLine(state, from, to) {
  let at = from + 1;
  for (; at < to; at++) {
    if (state.isEmpty(at)) {
      if (at + 1 >= to || state.sCount[at + 1] - state.blkIndent < 2) break;
    } else if (state.sCount[at] < 4 && DEFINITION.test(state.src.slice(state.bMarks[at], state.eMarks[at]))) break;
  }
  return at;
}

function inside(state, from, end, width) {
  const kept = [state.bMarks[from], state.tShift[from], state.sCount[from], state.blkIndent];
  const indents = [];
  for (let at = from + 1; at < end; at++) {
    indents.push(state.sCount[at]);
    state.sCount[at] = Math.max(state.sCount[at] - 4, 0);
  }
  state.bMarks[from] += state.tShift[from] + width;
  [state.tShift[from], state.sCount[from]] = [0, 0];
  state.blkIndent = 0;
  state.md.block.tokenize(state, from, end);
  [state.bMarks[from], state.tShift[from], state.sCount[from], state.blkIndent] = kept;
  indents.forEach((indent, at) => { state.sCount[from + 1 + at] = indent; });
}
