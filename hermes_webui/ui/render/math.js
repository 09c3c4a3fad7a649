// Formulas, drawn by KaTeX. Its markup goes through the sanitiser like any other; its lengths, which it writes as inline
// styles that the page's policy forbids, are set one by one, and only those that KaTeX uses.

import { formulaOf } from '../state/mathematics.js';
import { safeMath } from './sanitise.js';

const KEPT = 500;
const drawn = new Map();
const STYLES = new Set((
  'height width min-width margin-left margin-right padding-left top vertical-align position color background-color text-shadow '
  + 'border-width border-style border-color border-bottom-width border-right-width border-right-style border-top-width'
).split(' '));
const OPTIONS = { throwOnError: true, trust: false, strict: 'ignore', maxExpand: 300, maxSize: 20, output: 'htmlAndMathml' };

let katex = null;

/** KaTeX, its style sheet and its fonts' names are here. */
export async function ready() {
  if (katex) return;
  await Promise.all([import('../vendor/katex/katex.min.js'), styled(new URL('../vendor/katex/katex.min.css', import.meta.url))]);
  ({ katex } = globalThis); // it is written for script elements: its name becomes a global
}

function styled(href) {
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
  return new Promise((done, failed) => {
    link.addEventListener('load', done);
    link.addEventListener('error', failed);
    document.head.append(link);
  });
}

/** Each element holds a formula's source; one that is wrong keeps it, and says what is wrong. */
export function draw(elements) {
  for (const element of elements) {
    if (element.classList.contains('drawn')) continue;
    const source = element.textContent;
    const formula = formulaOf(source.trim());
    if (formula) show(element, formula, source);
  }
}

function show(element, { tex, display }, source) {
  try {
    element.replaceChildren(nodesOf(tex, display));
    element.classList.add('drawn');
  } catch (error) {
    element.textContent = source;
    element.classList.add('wrong');
    element.title = error.message;
  }
}

function nodesOf(tex, display) {
  const key = `${display}${tex}`;
  const nodes = drawn.get(key) ?? make(tex, display);
  drawn.set(key, nodes);
  if (drawn.size > KEPT) drawn.delete(drawn.keys().next().value);
  const clone = nodes.cloneNode(true);
  for (const element of clone.querySelectorAll('[data-style]')) restyle(element);
  return clone;
}

/** In KaTeX's markup a quotation mark in text is an entity: ` style="` is always an attribute. */
function make(tex, display) {
  const markup = katex.renderToString(tex, { ...OPTIONS, displayMode: display });
  return safeMath(markup.replaceAll(' style="', ' data-style="').replaceAll(/<annotation.*?<\/annotation>/gs, ''));
}

function restyle(element) {
  for (const rule of element.dataset.style.split(';')) {
    const [name, value = ''] = rule.split(':');
    if (STYLES.has(name.trim()) && !value.includes('(')) element.style.setProperty(name.trim(), value.trim());
  }
  delete element.dataset.style;
}
