// A reply, while it streams and when it is whole: the same elements, so that nothing moves when it settles.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { Act, Copy, Siblings, Time } from './actions.js';
import { Failure, Partial } from './aside.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Markdown } from './markdown.js';
import { Reasoning } from './reasoning.js';
import { ToolCard } from './tool-card.js';

export function AssistantMessage({ row }) {
  const { message, text, reasoning, tools } = row;
  const waits = row.open && !text && !reasoning;
  return html`
    <article class=${`reply ${row.live ? 'live' : ''}`} aria-label="Reply" aria-busy=${row.open ? 'true' : 'false'}>
      ${reasoning && html`<${Reasoning} text=${reasoning} live=${Boolean(row.open && row.thinking)} seconds=${message?.thought} />`}
      ${waits && html`<p class="waits"><${Progress} row=${row} words=${row.busy ? 'Waiting for the tool…' : ''} /></p>`}
      ${text && !onlyTheError(message, text) && html`<${Markdown} text=${text} live=${Boolean(row.open)} />`}
      ${pairs(tools).map(([call, result]) => html`<${ToolCard} key=${call.id} call=${call} result=${result} live=${row.live} />`)}
      ${message?._partial && !message._error && row.last && html`<${Partial} message=${message} />`}
      ${message?._error && html`<${Failure} error=${message.error ?? { message: text }} messageId=${message.id} />`}
      ${row.last && html`<${Foot} row=${row} />`}
    </article>
  `;
}

/** A failed reply's message may hold what had arrived, or nothing but the sentence that its line says anyway. */
const onlyTheError = (message, text) => Boolean(message?._error) && (!message._partial || text.trim() === message.error?.message);

const pairs = (tools) => Array.from({ length: tools.length / 2 }, (_, at) => [tools[2 * at], tools[2 * at + 1]]);

/** Always as high, whether it still writes or is done. */
function Foot({ row }) {
  const { reading } = usePage();
  const { message, head } = row;
  const again = () => {
    toComposer();
    reading.retry(message.id);
  };
  if (row.live) return html`<div class="meta">${row.text && html`<span class="writing"><${Progress} row=${row} words="Writing" /></span>`}</div>`;
  return html`
    <div class="meta">
      <${Siblings} message=${head} />
      <span class="acts">
        <${Copy} text=${row.text} />
        ${message && html`<${Act} icon="retry" label="Answer again" run=${again} />`}
        <${Time} at=${message?.timestamp} />${message?.model && html`<span>${message.model}</span>`}
        <${Tokens} usage=${message?.usage} />
      </span>
    </div>
  `;
}

const SILENCE_MS = 3000;

/** That it goes on, or what it waits for. */
function Progress({ row, words }) {
  const { absent } = usePage();
  const silent = useSilence(row.text.length + row.reasoning.length);
  if (absent.value) return html`<span>Waiting for the server…</span>`;
  return html`<span class="pulse"></span>${silent && !row.busy ? 'Waiting for the model…' : words}`;
}

/** Has `size` not grown for a while? */
function useSilence(size) {
  const [silent, setSilent] = useState(null);
  useEffect(() => {
    const timer = setTimeout(() => setSilent(size), SILENCE_MS);
    return () => clearTimeout(timer);
  }, [size]);
  return silent === size;
}

function Tokens({ usage }) {
  const count = usage?.output_tokens;
  return count ? html`<span>${count.toLocaleString()} tokens</span>` : null;
}
