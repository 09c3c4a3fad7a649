// Where mathematics stands in a text: $…$, $$…$$, \(…\) and \[…\]. Prices, variables of a shell and escaped brackets are
// text: a rule that is in doubt says text.

const CLOSING = { '$$': '$$', '\\(': '\\)', '\\[': '\\]' };
const LONGEST = 4000;
const MATHS = /[\\^_={}+*/<>|]/;

/** The formula that begins at `start`: `{end, tex, display}`, or null. It never holds an empty line. */
export function mathAt(text, start) {
  const opening = text.slice(start, start + 2);
  if (opening in CLOSING) return between(text, start, opening);
  return text[start] === '$' ? inDollars(text, start) : null;
}

function between(text, start, opening) {
  const closing = CLOSING[opening];
  const at = unescaped(text, closing, start + 2);
  if (at < 0) return null;
  const tex = text.slice(start + 2, at);
  const end = at + 2;
  if (!isFormula(tex) || (opening === '$$' && text[end] === '$')) return null;
  if (opening === '\\[' && !isDisplay(text, start, end, tex)) return null;
  return { end, tex: tex.trim(), display: opening !== '\\(' };
}

/** `\[a\](b)` is a bracket that is no link; one within a line has to look like mathematics. */
const isDisplay = (text, start, end, tex) =>
  !'(['.includes(text[end] || ' ') && (MATHS.test(tex) || !text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim());

/** As Pandoc has it: no blank inside the dollars, no digit after them; and none of a letter before them. */
function inDollars(text, start) {
  if (/[\p{L}\p{N}$\\]/u.test(text[start - 1] ?? ' ') || /[\s$]/.test(text[start + 1] ?? ' ')) return null;
  for (let at = unescaped(text, '$', start + 1); at > 0; at = unescaped(text, '$', at + 1)) {
    if (/\s/.test(text[at - 1])) return null;
    const tex = text.slice(start + 1, at);
    if (!isFormula(tex) || isPrice(tex)) return null;
    if (/[\p{L}\p{N}$]/u.test(text[at + 1] ?? ' ')) return null;
    return { end: at + 1, tex, display: false };
  }
  return null;
}

const isFormula = (tex) => tex.trim() !== '' && tex.length <= LONGEST && !/\n[ \t]*\n|`/.test(tex);

const isPrice = (tex) => /^\d/.test(tex) && /[\s–—-]/.test(tex) && !MATHS.test(tex);

function unescaped(text, mark, from) {
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

/** A formula with its marks, as it stands in the text: what is in it, and whether it stands alone. */
export function formulaOf(source) {
  const found = mathAt(source, 0);
  return found?.end === source.length ? found : null;
}
