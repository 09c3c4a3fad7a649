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
  return fragment;
}
