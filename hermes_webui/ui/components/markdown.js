// A text in Markdown. What is in it is drawn by its sheet.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { Sheet } from '../render/sheet.js';
import { html } from './html.js';

export function Markdown({ text, live }) {
  const element = useRef(null);
  const sheet = useRef(null);
  useLayoutEffect(() => {
    sheet.current ??= new Sheet(element.current);
    sheet.current.show(text, live);
  }, [text, live]);
  return html`<div class="markdown" dir="auto" ref=${element}></div>`;
}
