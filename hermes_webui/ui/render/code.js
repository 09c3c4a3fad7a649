// A code block: its language, what can be done with it, and its text. Colours come later, and change no size.

import { t } from '../words/words.js';
import { copyText } from './clipboard.js';
import { element } from './element.js';

/** More lines than this are folded; so many are shown then (the style sheet's number too). */
const LONG = 40;
const SHOWN = 24;
const KEPT = 500;
/** Texts that somebody has seen whole: they are never folded again. */
const unfolded = new Set();

/** The same element for a block that is finished and for one that is still being written. */
export function codeFigure(language, text) {
  const bar = element('div', { class: 'code-bar' }, element('span', { class: 'code-name' }, language || t('text.code-plain')));
  bar.append(action('wrap', t('text.wrap'), { 'aria-pressed': 'false' }), action('copy', t('text.copy')));
  const code = element('code', language ? { 'data-language': language.toLowerCase() } : {}, text);
  return element('div', { class: 'code' }, bar, element('pre', { tabindex: '0' }, code));
}

/** A button that `clicks.js` hears of. */
export const action = (does, words, more = {}) => element('button', { type: 'button', 'data-does': does, ...more }, words);

export const textOf = (figure) => figure.querySelector('code').textContent;

/** What depends on the reader: whether lines are wrapped, and for a text that nobody has watched growing, a fold. */
export function fitCode(root, { watched }) {
  for (const figure of root.querySelectorAll('.code')) {
    showWrap(figure);
    const text = textOf(figure);
    if (figure.querySelector('code[data-language=mermaid]')) reserve(figure, text);
    if (watched) keepUnfolded(text);
    else if (!figure.matches('.folded, .diagram') && !unfolded.has(text)) foldIfLong(figure, text);
  }
}

/** A diagram's place is as high as its source asks for, drawn or not (the style sheet has the limits). */
export function reserve(figure, text) {
  figure.classList.add('diagram');
  figure.style.setProperty('--lines', text.trimEnd().split('\n').length);
}

function foldIfLong(figure, text) {
  const lines = text.trimEnd().split('\n').length;
  if (lines <= LONG) return;
  figure.classList.add('folded');
  figure.append(action('unfold', t('text.show-lines', { count: lines }), { class: 'code-more', 'aria-expanded': 'false' }));
}

export function unfold(button) {
  const figure = button.closest('.code');
  const pre = figure.querySelector('pre');
  keepUnfolded(textOf(figure));
  figure.classList.remove('folded');
  button.remove();
  pre.focus({ preventScroll: true });
}

function keepUnfolded(text) {
  if (text.split('\n', SHOWN).length < SHOWN) return;
  unfolded.add(text);
  if (unfolded.size > KEPT) unfolded.delete(unfolded.values().next().value);
}

const wraps = () => document.documentElement.dataset.lines === 'wrap';

function showWrap(figure) {
  figure.querySelector('[data-does=wrap]')?.setAttribute('aria-pressed', String(wraps()));
}

/** Lines are wrapped everywhere or nowhere; the choice is kept. */
export function wrap(button, { preferences }) {
  preferences.choose('lines', wraps() ? 'scroll' : 'wrap');
  for (const figure of document.querySelectorAll('.code')) showWrap(figure);
}

export async function copy(button) {
  const done = await copyText(textOf(button.closest('.code')));
  button.textContent = t(done ? 'text.copied' : 'text.not-copied');
  setTimeout(() => { button.textContent = t('text.copy'); }, 1600);
}
