// Marks what is looked for in the messages that are drawn, without touching them (CSS custom highlights). A browser that
// has none shows the messages as they are.

const TEXTS = '.bubble, .markdown, .fold-body, .output';
const MOST = 500;

/** One folded character after the other, with the place of the character that it comes from. */
function folded(text) {
  const [letters, places] = [[], []];
  let at = 0;
  for (const char of text) {
    for (const letter of char.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss')) {
      letters.push(letter);
      for (let unit = 0; unit < letter.length; unit++) places.push(at);
    }
    at += char.length;
  }
  return { text: letters.join(''), places: [...places, at] };
}

/** Where `wanted` (a phrase, or several) stands in `text`: `[from, to]` in UTF-16 units. */
export function placesOf(wanted, text) {
  const phrases = [wanted].flat().map(patternOf).filter(Boolean);
  if (!phrases.length) return [];
  const pattern = new RegExp(phrases.join('|'), 'gu');
  const { text: line, places } = folded(text);
  return [...line.matchAll(pattern)].map(({ index, 0: found }) => [places[index], places[index + found.length]]);
}

const patternOf = (phrase) => folded(phrase).text.trim().split(/\s+/).filter(Boolean)
  .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+');

/** Marks all in `root`; those of the row with `current` more strongly. Gives that row's ranges. */
export function mark(root, wanted, current) {
  if (!globalThis.CSS?.highlights) return [];
  const [all, now] = [[], []];
  for (const element of root.querySelectorAll(TEXTS)) {
    if (all.length + now.length > MOST) break;
    const ranges = rangesIn(element, wanted);
    (current && element.closest('[data-id]')?.dataset.id === current ? now : all).push(...ranges);
  }
  CSS.highlights.set('found', new Highlight(...all));
  CSS.highlights.set('found-now', new Highlight(...now));
  return now;
}

export function unmark() {
  globalThis.CSS?.highlights?.delete('found');
  globalThis.CSS?.highlights?.delete('found-now');
}

function rangesIn(element, wanted) {
  const nodes = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let length = 0;
  while (walker.nextNode()) {
    nodes.push({ node: walker.currentNode, from: length });
    length += walker.currentNode.length;
  }
  const text = nodes.map(({ node }) => node.data).join('');
  return placesOf(wanted, text).map(([from, to]) => rangeOf(nodes, from, to));
}

function rangeOf(nodes, from, to) {
  const range = document.createRange();
  const at = (place) => nodes.findLast((one) => one.from <= place);
  const [first, last] = [at(from), at(to - 1)];
  range.setStart(first.node, from - first.from);
  range.setEnd(last.node, to - last.from);
  return range;
}
