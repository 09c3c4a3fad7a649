// What can be done with a message: small buttons under it, and the arrows between its versions.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { copyText } from '../render/code.js';
import { toReading } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';

/** One that is off keeps the focus, and one that goes away hands it on. */
export function Act({ icon, label, run, off = false }) {
  const button = useRef(null);
  useLayoutEffect(() => {
    const own = button.current;
    return () => { if (own === document.activeElement) toReading(); };
  }, []);
  return html`
    <button type="button" ref=${button} class="act" aria-label=${label} title=${label} aria-disabled=${off ? 'true' : undefined}
      onClick=${() => { if (!off) run(); }}><${Icon} name=${icon} /></button>
  `;
}

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
      <${Act} icon="left" label="Previous version" off=${at <= 0} run=${() => go(at - 1)} />
      <span>${at + 1}/${all.length}</span>
      <${Act} icon="right" label="Next version" off=${at >= all.length - 1} run=${() => go(at + 1)} />
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
