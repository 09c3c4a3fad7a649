// What the model thought: one line while it thinks, folded; all of it on demand.

import { html } from './html.js';
import { Icon } from './icon.js';

export function Reasoning({ text, live }) {
  const line = live ? lastLine(text) : '';
  return html`
    <details class=${`fold reasoning ${live ? 'live' : ''}`}>
      <summary><${Icon} name="right" /><span class="fold-name">${live ? 'Thinking' : 'Thoughts'}</span>
        <span class="fold-line">${line}</span></summary>
      <div class="fold-body" dir="auto">${text}</div>
    </details>
  `;
}

const lastLine = (text) => text.trimEnd().slice(-400).split('\n').at(-1).slice(-160);
