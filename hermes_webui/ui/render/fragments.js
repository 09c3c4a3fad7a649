// A block of markdown as nodes, made once: what is scrolled away and comes back is cloned.

import { codeFigure } from './code.js';
import { toHtml } from './markdown.js';
import { safeFragment } from './sanitise.js';

const KEPT = 1500;
const made = new Map();

/** Nodes of a finished block. */
export function fragmentOf(text, definitions) {
  const key = `${definitions}\u0000${text}`;
  const fragment = made.get(key) ?? make(text, definitions);
  made.delete(key);
  made.set(key, fragment);
  if (made.size > KEPT) made.delete(made.keys().next().value);
  return fragment.cloneNode(true);
}

/** Nodes of a block that still grows: not worth keeping. */
export function make(text, definitions) {
  const fragment = safeFragment(toHtml(text, definitions));
  for (const code of fragment.querySelectorAll('pre > code')) {
    const language = /language-(\S+)/.exec(code.className)?.[1] ?? '';
    code.parentElement.replaceWith(codeFigure(language, code.textContent));
  }
  for (const image of fragment.querySelectorAll('img')) sized(image);
  return fragment;
}

/** A picture within the text says in its first bytes how large it is: its place is kept from the start. */
function sized(image) {
  const size = sizeOf(image.getAttribute('src') ?? '');
  if (size) [image.width, image.height] = size;
}

function sizeOf(address) {
  const [, kind, data] = /^data:image\/(png|gif);base64,([\w+/]{32})/.exec(address) ?? [];
  if (!kind) return null;
  const bytes = new DataView(Uint8Array.from(atob(data), (one) => one.charCodeAt(0)).buffer);
  return kind === 'png' ? [bytes.getUint32(16), bytes.getUint32(20)] : [bytes.getUint16(6, true), bytes.getUint16(8, true)];
}
