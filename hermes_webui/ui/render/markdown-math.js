// Mathematics in Markdown: found by `state/mathematics.js`, written as its source, which is drawn when KaTeX is here.

import { mathAt } from '../state/mathematics.js';

export function withMath(markdown) {
  const { escapeHtml } = markdown.utils;
  markdown.inline.ruler.before('escape', 'math', inline);
  markdown.block.ruler.before('table', 'math', block, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  markdown.renderer.rules.math = (tokens, at) => {
    const { content, markup, block: alone } = tokens[at];
    const source = escapeHtml(content);
    return alone ? `<div class="math display">${source}</div>\n` : `<span class="math ${markup}">${source}</span>`;
  };
}

function inline(state, silent) {
  const found = mathAt(state.src, state.pos);
  if (!found || found.end > state.posMax) return false;
  if (!silent) {
    const token = state.push('math', '', 0);
    token.content = state.src.slice(state.pos, found.end);
    token.markup = found.display ? 'display' : '';
  }
  state.pos = found.end;
  return true;
}

/** A formula over whole lines: nothing in it is a list, a heading or a quotation. */
function block(state, from, to, silent) {
  const start = state.bMarks[from] + state.tShift[from];
  if (state.sCount[from] - state.blkIndent >= 4 || !/^(\$\$|\\\[)/.test(state.src.slice(start, start + 2))) return false;
  const source = state.getLines(from, to, state.blkIndent, false);
  const indent = source.length - source.trimStart().length;
  const found = mathAt(source, indent);
  const rest = found ? /^[ \t]*(?:\n|$)/.exec(source.slice(found.end)) : null;
  if (!rest) return false;
  if (silent) return true;
  const token = state.push('math', '', 0);
  token.block = true;
  token.content = source.slice(indent, found.end);
  state.line = from + source.slice(0, found.end).split('\n').length;
  token.map = [from, state.line];
  return true;
}
