// What can be done with a message: a toolbar under it, and the arrows between its versions.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { copyText } from '../render/clipboard.js';
import { locale, t } from '../words/words.js';
import { toReading } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';

/** One that is off keeps the focus, and one that goes away hands it on. `quick`: the menu has it too, where room is scarce. */
export function Act({ icon, label, run, off = false, quick = false }) {
  const button = useRef(null);
  useLayoutEffect(() => {
    const own = button.current;
    return () => { if (own === document.activeElement) toReading(); };
  }, []);
  return html`
    <button type="button" ref=${button} class=${quick ? 'act quick' : 'act'} aria-label=${label} title=${label}
      aria-disabled=${off ? 'true' : undefined} onClick=${() => { if (!off) run(); }}><${Icon} name=${icon} /></button>
  `;
}

/** One stop of the Tab key a message; the arrow keys go along. */
export function Toolbar({ children }) {
  const bar = useRef(null);
  useLayoutEffect(() => stopAt(bar.current, bar.current.querySelector('button[tabindex="0"]')));
  const pressed = (event) => {
    const all = buttonsOf(bar.current);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] * (getComputedStyle(bar.current).direction === 'rtl' ? -1 : 1);
    const at = all.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    all[(at + step + all.length) % all.length].focus();
  };
  return html`
    <span ref=${bar} class="acts" role="toolbar" aria-label=${t('message.actions')} onKeyDown=${pressed}
      onFocusIn=${({ target }) => { if (target.tagName === 'BUTTON') stopAt(bar.current, target); }}>${children}</span>
  `;
}

const buttonsOf = (bar) => [...bar.querySelectorAll(':scope > button, :scope > .split > button')].filter((one) => one.checkVisibility());

function stopAt(bar, wanted) {
  const all = buttonsOf(bar);
  const stop = all.includes(wanted) ? wanted : all[0];
  for (const button of bar.querySelectorAll(':scope > button, :scope > .split > button')) button.tabIndex = button === stop ? 0 : -1;
}

export function Copy({ text }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    if (!(await copyText(text))) return;
    setDone(true);
    setTimeout(() => setDone(false), 1600);
  };
  return html`<${Act} quick icon=${done ? 'check' : 'copy'} label=${t(done ? 'message.copied' : 'message.copy')} run=${copy} />`;
}

/** ‹ 2/3 ›: the versions of a message. */
export function Siblings({ message }) {
  const { reading } = usePage();
  const all = message?.siblings ?? [];
  if (all.length < 2) return null;
  const at = all.indexOf(message.id);
  const go = (to) => reading.select(all[to]);
  return html`
    <span class="siblings" role="group" aria-label=${t('message.versions')}>
      <${Act} icon="left" label=${t('message.version-previous')} off=${at <= 0} run=${() => go(at - 1)} />
      <span>${at + 1}/${all.length}</span>
      <${Act} icon="right" label=${t('message.version-next')} off=${at >= all.length - 1} run=${() => go(at + 1)} />
    </span>
  `;
}

export function Time({ at }) {
  if (!at) return null;
  const date = new Date(at * 1000);
  const today = date.toDateString() === new Date().toDateString();
  const short = new Intl.DateTimeFormat(locale(), today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
  return html`<time dateTime=${date.toISOString()} title=${fullDate(at)}>${short.format(date)}</time>`;
}

export const fullDate = (at) => new Intl.DateTimeFormat(locale(), { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(at * 1000));
