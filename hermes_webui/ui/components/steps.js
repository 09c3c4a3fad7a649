// A long run of calls that is over: one line, which unfolds to what they were.

import { useState } from 'preact/hooks';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function Steps({ row, Reply }) {
  const [open, setOpen] = useState(false);
  const { count, failed, rows } = row;
  return html`
    <details class="fold steps" open=${open} onToggle=${({ target }) => setOpen(target.open)}>
      <summary><${Icon} name="right" /><${Icon} name="plan" /><span class="fold-name">${t('agents.steps', { count })}</span>
        ${failed > 0 && html`<span class="steps-failed">${t('agents.steps-failed', { count: failed })}</span>`}</summary>
      ${open && html`<div class="steps-body">${rows.map((one) => html`<${Reply} key=${one.key} row=${one} />`)}</div>`}
    </details>
  `;
}
