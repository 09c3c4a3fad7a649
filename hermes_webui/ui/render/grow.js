// Words that only go on with running text need no Markdown: the last text node grows.

/** Nothing in it can be, begin or end markup, a link or an entity; a full stop only where a word ends. */
const PLAIN = /^(?:[\p{L}\p{M}\p{N},!?'"(’“”‘…–—-]|\.(?=\s|$)| (?! ))+$/u;
/** The last line's last word, with another before it: what a line is, its first word has decided. */
const LAST_WORD = /\S[ ](\S+)( ?)$/;

/** Whether `element`, which shows `before`, shows `after` now. Where that is not certain it is left as it was. */
export function grow(element, before, after) {
  const [, word, space] = LAST_WORD.exec(before.slice(-80)) ?? [];
  const added = after.slice(before.length);
  if (!word || !PLAIN.test(`${word}${space}${added}`)) return false;
  const node = lastText(element);
  if (!node?.data.endsWith(word)) return false;
  node.appendData(`${space}${added}`.trimEnd());
  return true;
}

function lastText(element) {
  for (let node = element.lastChild; node; node = node.previousSibling) {
    if (node.nodeType !== Node.TEXT_NODE) return lastText(node);
    if (node.data.trim()) return node;
  }
  return null;
}
