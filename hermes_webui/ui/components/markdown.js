// A text as blocks of markdown. A block that is finished is never rendered again.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { advance, definitionsOf, noBlocks } from '../state/blocks.js';
import { codeFigure } from '../render/code.js';
import { fragmentOf, make } from '../render/fragments.js';
import { lightUp } from '../render/highlight.js';
import { html } from './html.js';

export function Markdown({ text, live }) {
  const cut = useRef({ text: '', blocks: noBlocks });
  if (cut.current.text !== text) {
    const goesOn = text.startsWith(cut.current.text);
    cut.current = { text, blocks: advance(goesOn ? cut.current.blocks : noBlocks, text) };
  }
  const { done, tail, fence } = cut.current.blocks;
  const definitions = definitionsOf(text);
  return html`
    <div class="markdown" dir="auto">
      ${done.map((block, at) => html`<${Block} key=${at} text=${block} definitions=${definitions} live=${false} />`)}
      ${tail && live && fence && html`<${OpenCode} key="code" language=${fence.language} code=${fence.code} />`}
      ${tail && !(live && fence) && html`<${Block} key=${done.length} text=${tail} definitions=${definitions} live=${live} />`}
    </div>
  `;
}

function Block({ text, definitions, live }) {
  const element = useRef(null);
  const used = text.includes('[') ? definitions : '';
  useLayoutEffect(() => {
    element.current.replaceChildren(live ? make(text, used) : fragmentOf(text, used));
    if (!live) lightUp(element.current);
  }, [text, used, live]);
  return html`<div class="block" ref=${element}></div>`;
}

/** Code that is still being written: only its text grows. */
function OpenCode({ language, code }) {
  const element = useRef(null);
  useLayoutEffect(() => {
    element.current.replaceChildren(codeFigure(language, ''));
  }, [language]);
  useLayoutEffect(() => {
    element.current.querySelector('code').textContent = code;
  }, [language, code]);
  return html`<div class="block" ref=${element}></div>`;
}
