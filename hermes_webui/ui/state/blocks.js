// Markdown is cut into its top-level blocks, so that a block that is finished is never rendered again while the rest
// still streams. Cutting where a blank line ends a block renders the same as the whole; where that is not certain (lists,
// indented lines), the block simply goes on.

const FENCE = /^(\s*)(?:(?:[-*+]|\d{1,9}[.)])\s+)?(`{3,}|~{3,})([^`]*)$/;
const ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const UNDECIDED = /^\s*(?:[-*+]|\d{1,9}[.)]?)?$/;

/** Nothing cut yet. */
export const noBlocks = { done: [], end: 0, tail: '', fence: null };

/** All blocks of a whole text. */
export function blocksOf(text) {
  const { done, tail } = advance(noBlocks, text);
  return tail ? [...done, tail] : done;
}

/**
 * Cut a text that has grown since `previous`: `{done, end, tail, fence}`. `done` are finished blocks, the same strings as
 * before; `tail` is the rest; `fence` is `{language, code}` where the tail is a code block that has not ended.
 */
export function advance(previous, text) {
  const scan = scanner(previous.end);
  for (const [line, start, ended] of linesFrom(text, previous.end)) scan.line(line, start, ended);
  const cuts = scan.cuts.filter((cut) => cut > previous.end);
  let from = previous.end;
  const fresh = cuts.map((cut) => text.slice(from, (from = cut)));
  const done = fresh.length ? [...previous.done, ...fresh.filter((block) => block.trim())] : previous.done;
  const tail = text.slice(from);
  return { done, end: from, tail: tail.trim() ? tail : '', fence: scan.alone() ? openFence(tail) : null };
}

function* linesFrom(text, from) {
  for (let start = from; start < text.length;) {
    const end = text.indexOf('\n', start);
    yield [text.slice(start, end < 0 ? text.length : end), start, end >= 0];
    if (end < 0) return;
    start = end + 1;
  }
}

/** Reads line by line; `cuts` are the offsets at which a new block begins. */
function scanner(from) {
  const state = { cuts: [], fence: null, blank: false, list: false, top: false, empty: true, from };
  return {
    cuts: state.cuts,
    alone: () => state.fence !== null && state.top,
    line: (line, start, ended) => (state.fence ? inFence(state, line, start, ended) : outside(state, line, start, ended)),
  };
}

function inFence(state, line, start, ended) {
  const closing = line.trim();
  const same = closing.length >= state.fence.length && closing === state.fence[0].repeat(closing.length);
  if (!same || !ended) return;
  state.fence = null;
  if (state.top) cut(state, start + line.length + 1);
}

function outside(state, line, start, ended) {
  if (!line.trim()) {
    state.blank = true;
    return;
  }
  if (state.blank && !state.empty && !goesOn(state, line, ended)) cut(state, start);
  const fence = FENCE.exec(line);
  const top = Boolean(fence) && fence[1].length < 4 && !state.list && !ITEM.test(line);
  if (fence && top && ended && !state.empty) cut(state, start);
  if (fence && ended) state.fence = fence[2];
  state.top = top;
  state.list ||= ITEM.test(line);
  state.blank = false;
  state.empty = false;
}

/** After a blank line: does this line still belong to the block before? */
function goesOn(state, line, ended) {
  if (/^(?: {2}|\t)/.test(line)) return true;
  if (!state.list) return false;
  return ITEM.test(line) || (!ended && UNDECIDED.test(line));
}

function cut(state, at) {
  state.cuts.push(at);
  Object.assign(state, { list: false, blank: false, top: false, empty: true });
}

function openFence(text) {
  const tail = text.replace(/^(?:[ \t]*\n)+/, '');
  const end = tail.indexOf('\n');
  const language = FENCE.exec(tail.slice(0, end))?.[3].trim().split(/\s/)[0] ?? '';
  return { language, code: tail.slice(end + 1) };
}
