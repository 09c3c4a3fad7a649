// A tool call: name, state, time; its arguments and its output unfold.

import { useState } from 'preact/hooks';
import { beginning, diffOf, givenOf, oneLine, pretty } from '../state/output.js';
import { contentText } from '../state/text.js';
import { locale, t } from '../words/words.js';
import { duration, useElapsed } from './elapsed.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const WORDS = {
  ok: () => t('text.tool-ok'),
  running: () => t('text.tool-running'),
  failed: () => t('text.tool-failed'),
  denied: () => t('text.tool-denied'),
  cancelled: () => t('text.tool-cancelled'),
  unknown: () => t('text.tool-unknown'),
};

export function ToolCard({ call, result, live }) {
  const [open, setOpen] = useState(false);
  const state = result?.status ?? (result ? 'ok' : live ? 'running' : 'unknown');
  const elapsed = useElapsed(state === 'running');
  const { name, arguments: given } = call.function ?? {};
  return html`
    <details class=${`fold tool ${state}`} data-tool=${state} open=${open} onToggle=${(event) => setOpen(event.target.open)}>
      <summary><${Icon} name="right" /><${Icon} name="tool" /><span class="fold-name">${name}</span>
        <span class="fold-line">${oneLine(given)}</span>
        <span class="tool-state">${state === 'running' && html`<span class="pulse"></span>`}
          ${WORDS[state]?.() ?? state}${lasted(result?.duration || elapsed)}</span></summary>
      ${open && html`<div class="fold-body"><${Given} given=${given} />
        ${result && html`<${Output} text=${contentText(result.content)} />`}</div>`}
    </details>
  `;
}

const lasted = (seconds) => (seconds ? ` · ${duration(seconds)}` : '');

function Given({ given }) {
  const { command, rest } = givenOf(given);
  return html`
    ${command && html`<h3>${t('text.tool-command')}</h3><pre class="output" tabindex="0">${command}</pre>`}
    ${rest && rest !== '{}' && html`<h3>${t('text.tool-arguments')}</h3><pre class="output" tabindex="0">${rest}</pre>`}
  `;
}

/** A long output shows its beginning; what the reader has unfolded stays so. */
function Output({ text }) {
  const [whole, setWhole] = useState(false);
  const shown = pretty(text);
  const cut = whole ? null : beginning(shown);
  return html`
    <h3>${t('text.tool-output')}${cut && html`<span class="tool-size"> · ${sizeOf(text)}</span>`}</h3>
    <pre class=${`output ${whole ? 'whole' : ''}`} tabindex="0">
      <${Lines} text=${(cut ? cut.start : shown) || t('text.tool-nothing')} /></pre>
    ${cut && html`<button type="button" class="link output-more" onClick=${() => setWhole(true)}>
      ${cut.lines > 1 ? t('text.show-lines', { count: cut.lines }) : t('text.show-all')}</button>`}
  `;
}

function Lines({ text }) {
  const parts = diffOf(text);
  return parts ? parts.map(({ kind, text: lines }) => html`<span class=${`diff-line ${kind}`}>${lines}${'\n'}</span>`) : text;
}

function sizeOf(text) {
  const bytes = new Blob([text]).size;
  const [unit, size] = bytes < 1e6 ? ['kilobyte', bytes / 1e3] : ['megabyte', bytes / 1e6];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, maximumFractionDigits: 1 }).format(size);
}
