// What the model thought: one line while it thinks, which changes with each sentence; all of it on demand.

import { useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { lastSentence } from '../state/text.js';
import { t } from '../words/words.js';
import { duration, useElapsed } from './elapsed.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Markdown } from './markdown.js';

/** `seconds` is how long it took, where the message says so. */
export function Reasoning({ text, live, seconds }) {
  const { preferences } = usePage();
  const [open, setOpen] = useState(preferences.of('reasoning').peek() === 'open');
  const elapsed = useElapsed(live);
  return html`
    <details class=${`fold reasoning ${live ? 'live' : ''}`} open=${open} onToggle=${(event) => setOpen(event.target.open)}>
      <summary><${Icon} name="right" /><span class="fold-name">${nameOf(live, elapsed, seconds)}</span>
        ${live && html`<span class="fold-line">${open ? '' : lastSentence(text)}</span>`}</summary>
      ${open && html`<div class="fold-body"><${Markdown} text=${text} live=${live} /></div>`}
    </details>
  `;
}

function nameOf(live, elapsed, seconds) {
  if (live) return elapsed ? t('text.thinking-for', { time: duration(elapsed) }) : t('text.thinking');
  const took = elapsed || seconds;
  return took >= 1 ? t('text.thought-for', { time: duration(Math.round(took)) }) : t('text.thoughts');
}
