// What one block of a message says for all of them: where a link leads, and which footnotes there are.

const DEFINITION = /^ {0,3}\[(\^?[^\]\n]+)\]:(?=[ \t]*\S).*$/gm;

/** As Markdown compares labels. */
const folded = (label) => label.trim().replace(/\s+/g, ' ').toLowerCase();

/**
 * The definitions that stand in these blocks: label → the line. Of a footnote only that it is there: its text is drawn
 * where it stands. The first of a label counts.
 */
export function definitionsIn(blocks, known = new Map()) {
  const all = new Map(known);
  for (const block of blocks) {
    if (!block.includes(']:')) continue;
    for (const [line, label] of block.matchAll(DEFINITION)) {
      const key = folded(label);
      if (!all.has(key)) all.set(key, label.startsWith('^') ? `[${label}]:` : line.trim());
    }
  }
  return all.size === known.size ? known : all;
}

/** Those that this block names, so that only a block that a definition concerns is ever drawn anew for it. */
export function definitionsFor(block, definitions) {
  if (!definitions.size || !block.includes('[')) return '';
  const named = new Set([...block.matchAll(/\[([^[\]\n]+)\]/g)].map(([, label]) => folded(label)));
  return [...definitions].filter(([label]) => named.has(label)).map(([, line]) => line).join('\n');
}
