// Lines that stand beside the conversation: what was interrupted, what failed, what lies in the history, what a tool said.

import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { toComposer } from './focus.js';
import { html, withCode } from './html.js';
import { Icon } from './icon.js';

const CUTS = {
  cancelled: () => t('message.cut-cancelled'), failed: () => t('message.cut-failed'),
  interrupted: () => t('message.cut-interrupted'), max_tokens: () => t('message.cut-max_tokens'), unknown: () => t('message.cut-unknown'),
};
const CALM = new Set(['cancelled', 'max_tokens', 'unknown']);
const kindOf = (reason) => (CALM.has(reason) ? 'calm' : 'warn');

/** A reply that is not known to be whole: what happened, what was kept, and both ways on. */
export function Partial({ message }) {
  const reason = message.finish_reason;
  return html`<${Line} kind=${kindOf(reason)} text=${(CUTS[reason] ?? CUTS.failed)()} messageId=${message.id} unfinished=${message.id} />`;
}

/** A failure in a sentence, with what can be done about it. */
export function Failure({ error, messageId, unfinished }) {
  const text = error.message || t('message.failed');
  return html`<${Line} kind="bad" text=${text} hint=${error.hint} messageId=${messageId} unfinished=${unfinished} />`;
}

const BEFORE_TEXT = {
  interrupted: () => t('message.before-interrupted'), cancelled: () => t('message.before-cancelled'), failed: () => t('message.before-failed'),
};

/** A run that ended without a message of its own. */
export function RunEnd({ row }) {
  const { end, message } = row;
  if (end.error) return html`<${Failure} error=${end.error} messageId=${message.id} />`;
  const words = message.role === 'user' ? BEFORE_TEXT : CUTS;
  return html`<${Line} kind=${kindOf(end.state)} text=${(words[end.state] ?? words.failed)()} messageId=${message.id} />`;
}

function Line({ kind, text, hint, messageId, unfinished }) {
  const { messages } = usePage();
  const go = (work) => () => {
    toComposer();
    work();
  };
  return html`
    <div class=${`line ${kind}`} data-line=${kind}>
      <${Icon} name="alert" />
      <p>${withCode(text)}${hint && html` <span class="hint">${withCode(hint)}</span>`}</p>
      <span class="line-acts">
        ${unfinished && html`<button type="button" class="secondary small" onClick=${go(() => messages.carryOn(unfinished))}>
          <${Icon} name="continue" />${t('message.continue')}</button>`}
        <button type="button" class="secondary small" onClick=${go(() => messages.retry(messageId))}>
          <${Icon} name="retry" />${t('message.again-line')}</button>
      </span>
    </div>
  `;
}

/** Where the path was cut and nothing has been said since: the way back, also after a reload. */
export function Hidden({ row }) {
  const { messages } = usePage();
  const { hidden, message } = row;
  const show = () => {
    toComposer();
    messages.endIn(hidden.message_id);
  };
  return html`
    <div class="line calm history" data-line="history">
      <${Icon} name="clock" />
      <p>${t('message.hidden', { count: hidden.count })}</p>
      <span class="line-acts">
        ${message?.role === 'user' && html`<button type="button" class="secondary small" onClick=${() => { toComposer(); messages.retry(message.id); }}>
          <${Icon} name="retry" />${t('message.answer')}</button>`}
        <button type="button" class="secondary small" onClick=${show}>${t('message.show')}</button>
      </span>
    </div>
  `;
}

/** A message of another role: the system's, or a tool's whose call is not here. */
export function Aside({ row }) {
  const { role, name } = row.message;
  const tool = role === 'tool';
  return html`
    <details class="fold"><summary><${Icon} name=${tool ? 'tool' : 'alert'} />${name || t(tool ? 'message.role-tool' : 'message.role-system')}</summary>
      <pre class="output" tabindex="0">${row.text}</pre></details>
  `;
}
