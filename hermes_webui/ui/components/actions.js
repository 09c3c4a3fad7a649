// What can be done with a message: small buttons under it, and the arrows between its versions.

import { useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { copyText } from '../render/code.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export const Act = ({ icon, label, run, disabled = false }) => html`
  <button type="button" class="act" aria-label=${label} title=${label} disabled=${disabled} onClick=${run}>
    <${Icon} name=${icon} />
  </button>
`;

export function Copy({ text }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    if (!(await copyText(text))) return;
    setDone(true);
    setTimeout(() => setDone(false), 1600);
  };
  return html`<${Act} icon=${done ? 'check' : 'copy'} label=${done ? 'Copied' : 'Copy'} run=${copy} />`;
}

/** ‹ 2/3 ›: the versions of a message. */
export function Siblings({ message }) {
  const { reading } = usePage();
  const all = message?.siblings ?? [];
  if (all.length < 2) return null;
  const at = all.indexOf(message.id);
  const go = (to) => reading.select(all[to]);
  return html`
    <span class="siblings" role="group" aria-label="Versions">
      <${Act} icon="left" label="Previous version" disabled=${at <= 0} run=${() => go(at - 1)} />
      <span>${at + 1}/${all.length}</span>
      <${Act} icon="right" label="Next version" disabled=${at >= all.length - 1} run=${() => go(at + 1)} />
    </span>
  `;
}

export function Time({ at }) {
  if (!at) return null;
  const date = new Date(at * 1000);
  const today = date.toDateString() === new Date().toDateString();
  const short = new Intl.DateTimeFormat(undefined, today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
  return html`<time dateTime=${date.toISOString()} title=${date.toLocaleString()}>${short.format(date)}</time>`;
}
