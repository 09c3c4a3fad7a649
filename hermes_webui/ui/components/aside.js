// Lines that stand beside the conversation: what was interrupted, what failed, what a tool or the system said.

import { usePage } from '../page/page.js';
import { toComposer } from './focus.js';
import { html, withCode } from './html.js';
import { Icon } from './icon.js';

const ENDS = {
  interrupted: 'Interrupted: the server stopped. What had arrived is kept.',
  cancelled: 'Stopped. What had arrived is kept.',
  failed: 'The reply broke off. What had arrived is kept.',
  max_tokens: 'The reply reached its length limit.',
};

export function Partial({ message }) {
  return html`<${Line} kind=${message.finish_reason === 'cancelled' ? 'calm' : 'warn'}
    text=${ENDS[message.finish_reason] ?? ENDS.failed} messageId=${message.id} />`;
}

/** A failure in a sentence, with what can be done about it. */
export function Failure({ error, messageId }) {
  return html`<${Line} kind="bad" text=${error.message || 'The reply failed.'} hint=${error.hint} messageId=${messageId} />`;
}

const BEFORE_TEXT = {
  interrupted: 'Interrupted: the server stopped before the reply began. Your prompt is kept.',
  cancelled: 'Stopped before the reply began. Your prompt is kept.',
  failed: 'The reply failed. Your prompt is kept.',
};

/** A run that ended without a message of its own. */
export function RunEnd({ row }) {
  const { end, message } = row;
  if (end.error) return html`<${Failure} error=${end.error} messageId=${message.id} />`;
  const words = message.role === 'user' ? BEFORE_TEXT : ENDS;
  return html`<${Line} kind=${end.state === 'cancelled' ? 'calm' : 'warn'} text=${words[end.state] ?? words.failed} messageId=${message.id} />`;
}

function Line({ kind, text, hint, messageId }) {
  const { reading } = usePage();
  const retry = () => {
    toComposer();
    reading.retry(messageId);
  };
  return html`
    <div class=${`line ${kind}`} data-line=${kind}>
      <${Icon} name="alert" />
      <p>${withCode(text)}${hint && html` <span class="hint">${withCode(hint)}</span>`}</p>
      <button type="button" class="secondary small" onClick=${retry}><${Icon} name="retry" />Retry</button>
    </div>
  `;
}

/** A message of another role: the system's, or a tool's whose call is not here. */
export function Aside({ row }) {
  const { role, name } = row.message;
  return html`
    <details class="fold"><summary><${Icon} name=${role === 'tool' ? 'tool' : 'alert'} />${name || (role === 'tool' ? 'Tool' : 'System')}</summary>
      <pre class="output" tabindex="0">${row.text}</pre></details>
  `;
}
