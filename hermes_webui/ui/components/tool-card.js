// A tool call: name, state, time; its arguments and its output unfold.

import { contentText } from '../state/text.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const STATES = {
  ok: 'done', running: 'running', failed: 'failed', denied: 'denied', cancelled: 'stopped', unknown: 'may have run',
};

export function ToolCard({ call, result, live }) {
  const state = result?.status ?? (result ? 'ok' : live ? 'running' : 'unknown');
  const { name, arguments: given } = call.function ?? {};
  return html`
    <details class=${`fold tool ${state}`} data-tool=${state}>
      <summary><${Icon} name="right" /><${Icon} name="tool" /><span class="fold-name">${name}</span>
        <span class="fold-line">${oneLine(given)}</span>
        <span class="tool-state">${STATES[state] ?? state}${seconds(result?.duration)}</span></summary>
      <div class="fold-body">
        <h3>Arguments</h3><pre class="output" tabindex="0">${pretty(given)}</pre>
        ${result && html`<h3>Output</h3><pre class="output" tabindex="0">${contentText(result.content) || '(nothing)'}</pre>`}
      </div>
    </details>
  `;
}

const seconds = (duration) => (duration ? ` · ${duration < 10 ? duration.toFixed(1) : Math.round(duration)} s` : '');

function parsed(given) {
  try {
    return JSON.parse(given);
  } catch {
    return null; // a model may write anything here: it is shown as it came
  }
}

const oneLine = (given) => {
  const value = parsed(given);
  const values = value && typeof value === 'object' ? Object.values(value) : [value ?? given];
  return values.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(' · ').slice(0, 120);
};

const pretty = (given) => {
  const value = parsed(given);
  return value === null ? String(given ?? '') : JSON.stringify(value, null, 2);
};
