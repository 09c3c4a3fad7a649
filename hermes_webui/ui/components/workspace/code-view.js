// A text with the numbers of its lines, in colours where its language is known. Its element is this file's alone: what gives
// it colours replaces what is in it.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { lightUp } from '../../render/highlight.js';
import { element } from '../../render/element.js';
import { linesOf } from '../../state/indent.js';
import { languageOf } from '../../state/paths.js';
import { html } from '../html.js';

export const numbersTo = (count) => Array.from({ length: count }, (_, at) => at + 1).join('\n');

export function CodeView({ shown }) {
  const { path, file, line, at } = shown;
  const { text = '' } = file;
  const [box, holder] = [useRef(null), useRef(null)];
  const count = linesOf(text.replace(/\n$/, ''));
  useLayoutEffect(() => {
    holder.current.replaceChildren(element('code', { 'data-language': languageOf(path) }, text));
    lightUp(holder.current);
  }, [path, text]);
  useLayoutEffect(() => { if (line) toLine(box.current, line, count); }, [line, at, text]);
  return html`
    <div class="ws-paper-body ws-code" tabindex="0" ref=${box}>
      <pre class="ws-numbers" aria-hidden="true">${numbersTo(count)}</pre>
      <pre class="ws-text" ref=${holder}></pre>
      ${line > 0 && html`<span class="ws-mark" aria-hidden="true"></span>`}
    </div>
  `;
}

/** The line into the middle of the view, with a mark behind it. */
function toLine(box, line, count) {
  const numbers = box.querySelector('.ws-numbers');
  const height = numbers.clientHeight / count;
  const top = (Math.min(line, count) - 1) * height;
  const mark = box.querySelector('.ws-mark');
  mark.style.top = `${numbers.offsetTop + top}px`;
  mark.style.height = `${height}px`;
  box.scrollTop = top - box.clientHeight / 3;
}
