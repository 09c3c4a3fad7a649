// A button that opens a small menu: arrow keys, Home, End, Esc; the focus goes in and comes back.

import { useId, useRef, useState } from 'preact/hooks';
import { html } from './html.js';

const GAP = 6;

/** `children(close, settle)` draws the menu, `settle` finds its place again where it has grown; its entries have a role that begins with `menuitem`. */
export function Popover({ label, face, className = '', menuClass = '', children }) {
  const [open, setOpen] = useState(false);
  const [button, menu] = [useRef(null), useRef(null)];
  const id = useId();
  const close = () => menu.current?.hidePopover();
  const settle = () => menu.current?.matches(':popover-open') && place(button.current.getBoundingClientRect(), menu.current);
  const toggled = (event) => {
    if (!menu.current) return; // what its entry did took the row away
    setOpen(event.newState === 'open');
    if (event.newState === 'open') arrive(button.current, menu.current);
    else if (menu.current.contains(document.activeElement)) button.current.focus();
  };
  return html`
    <button type="button" ref=${button} class=${className} aria-label=${label} title=${label} popovertarget=${id}
      aria-haspopup="menu" aria-expanded=${open ? 'true' : 'false'}>${face}</button>
    <div ref=${menu} id=${id} popover="auto" role="menu" aria-label=${label} class=${`menu ${menuClass}`}
      onToggle=${toggled} onKeyDown=${(event) => steer(event, menu.current, close)}>${open && children(close, settle)}</div>
  `;
}

function arrive(button, menu) {
  requestAnimationFrame(() => {
    place(button.getBoundingClientRect(), menu);
    (menu.querySelector('[aria-checked="true"]') ?? entries(menu)[0])?.focus();
  });
}

/** Below the button where there is room, else above; never outside the window. */
export function place(anchor, menu) {
  const { width, height } = menu.getBoundingClientRect();
  const below = anchor.bottom + GAP + height <= innerHeight;
  menu.style.top = below ? `${anchor.bottom + GAP}px` : 'auto';
  menu.style.bottom = below ? 'auto' : `${Math.min(innerHeight - anchor.top + GAP, innerHeight - GAP - height)}px`;
  menu.style.left = `${Math.max(Math.min(anchor.left, innerWidth - width - GAP), GAP)}px`;
}

const entries = (menu) => [...menu.querySelectorAll('[role^="menuitem"]:not([aria-disabled="true"])')];

export function steer(event, menu, close) {
  const all = entries(menu);
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 + (at < 0 ? 1 : 0), Home: 0, End: all.length - 1 }[event.key];
  if (event.key === 'Tab') close();
  if (next === undefined || !all.length) return;
  event.preventDefault();
  all[(next + all.length) % all.length].focus();
}
