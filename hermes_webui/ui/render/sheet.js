// A text on the page, block by block: a finished block is drawn once, and only the end of what still grows is drawn again.
// The framework is not asked: it would compare all blocks at each of twenty drawings a second.

import { advance, noBlocks } from '../state/blocks.js';
import { definitionsFor, definitionsIn } from '../state/definitions.js';
import { codeFigure, reserve } from './code.js';
import { finish, sketch } from './finish.js';
import { fragmentOf, make } from './fragments.js';
import { grow } from './grow.js';

export class Sheet {
  #element;
  #text = '';
  #blocks = noBlocks;
  #definitions = new Map();
  #finished = 0;
  #drawn = []; // of each block {text, used, live, element}

  /** `element` is this sheet's alone: nobody else puts anything into it. */
  constructor(element) {
    this.#element = element;
  }

  /** Draws what has changed since the last time; `live` while more may come. */
  show(text, live) {
    if (!text.startsWith(this.#text)) this.#clear();
    this.#text = text;
    this.#blocks = advance(this.#blocks, text);
    const { done, tail, fence } = this.#blocks;
    const before = this.#definitions;
    const said = [...done.slice(this.#finished), ...(live ? [] : [tail])];
    this.#definitions = definitionsIn(said, before);
    for (let at = this.#definitions === before ? this.#finished : 0; at < done.length; at++) this.#draw(at, done[at], false);
    this.#finished = done.length;
    if (tail) this.#draw(done.length, tail, live, fence);
    for (const { element } of this.#drawn.splice(done.length + (tail ? 1 : 0))) element.remove();
  }

  #clear() {
    this.#blocks = noBlocks;
    this.#definitions = new Map();
    this.#finished = 0;
  }

  #draw(at, text, live, fence = null) {
    const old = this.#drawn[at];
    const used = definitionsFor(text, this.#definitions);
    if (old?.text === text && old.live === live && old.used === used) return;
    const element = old?.element ?? this.#append();
    this.#drawn[at] = { text, used, live, element };
    if (live && fence) writeCode(element, fence);
    else if (live) write(element, text, used, old);
    else settle(element, fragmentOf(text, used), Boolean(old?.live));
  }

  #append() {
    const element = document.createElement('div');
    element.className = 'block';
    this.#element.append(element);
    return element;
  }
}

function write(element, text, used, old) {
  if (old?.used === used && text.startsWith(old.text) && grow(element, old.text, text)) return;
  element.replaceChildren(make(text, used));
  sketch(element);
}

/** Code that is still being written: only its text grows. */
function writeCode(element, { language, code }) {
  let figure = element.firstElementChild;
  if (figure?.dataset.writes !== language) {
    figure = codeFigure(language, '');
    figure.dataset.writes = language;
    element.replaceChildren(figure);
  }
  if (language === 'mermaid') reserve(figure, code);
  const text = figure.querySelector('code');
  const node = text.firstChild ?? text.appendChild(document.createTextNode(''));
  if (code.startsWith(node.data)) node.appendData(code.slice(node.data.length));
  else node.data = code;
}

/** What is there already and is the same stays, code that somebody watched grow too: a selection in it is not lost. */
function settle(element, fragment, watched) {
  const figure = element.firstElementChild;
  const code = fragment.firstElementChild;
  const same = fragment.childElementCount === 1 && code.matches('.code') && nameOf(figure) === nameOf(code);
  if (figure?.dataset.writes !== undefined && same) {
    const [now, then] = [figure, code].map((one) => one.querySelector('code'));
    if (now.textContent !== then.textContent) now.textContent = then.textContent;
    delete figure.dataset.writes;
  } else if (!isDrawn(element, fragment)) {
    element.replaceChildren(fragment);
  }
  finish(element, { watched });
}

const nameOf = (figure) => figure?.querySelector('.code-name')?.textContent;

const isDrawn = (element, fragment) =>
  element.childNodes.length === fragment.childNodes.length &&
  [...fragment.childNodes].every((node, at) => node.isEqualNode(element.childNodes[at]));
