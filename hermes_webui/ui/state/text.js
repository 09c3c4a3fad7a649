// Offsets on the wire count code points; JavaScript's strings count UTF-16 units. Only this file knows the difference.

const isHigh = (unit) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit) => unit >= 0xdc00 && unit <= 0xdfff;

/** How many code points `text` holds. */
export function length(text) {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) count--;
  }
  return count;
}

/** `text` without its first `count` code points. */
export function skip(text, count) {
  let at = 0;
  for (; count > 0 && at < text.length; count--) {
    at += isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1)) ? 2 : 1;
  }
  return text.slice(at);
}

/** The text of a message's content, which is a string or a list of parts. */
export function contentText(content) {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('');
}

/** The last sentence or line of a text that is whole; what there is, where none is. */
export function lastSentence(text) {
  const parts = text.slice(-600).split(/(?<=[.!?…])\s+|(?<=[。！？])|\n+/);
  const begun = parts.pop();
  const found = parts.filter((part) => part.trim()).at(-1) ?? begun;
  return (/[.!?…。！？]$/.test(begun) ? begun : found).replace(/^[#>*\-\s]+|\*\*|`/g, '').slice(0, 200);
}
