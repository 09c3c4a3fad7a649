// Something over the page that is answered or closed before one goes on: Esc and a click beside it close it, the focus
// goes back to where it was.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { toComposer } from './focus.js';
import { html } from './html.js';

/** `about`: the id of what says more, which a screen reader reads with the label. */
export function Dialog({ label, about, className = '', close, children }) {
  const { panels } = usePage();
  const dialog = useRef(null);
  const left = useRef(false);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    panels.arrived();
    return () => {
      left.current = true;
      dialog.current?.close();
      if (before?.isConnected && before !== document.body) before.focus({ preventScroll: true });
      else if (matchMedia('(hover: hover)').matches) toComposer();
    };
  }, []);
  const cancelled = (event) => {
    if (event.target !== dialog.current) return;
    event.preventDefault();
    close();
  };
  /** A browser that is asked twice in a row closes it without asking the page. */
  const closed = (event) => event.target === dialog.current && !left.current && close();
  return html`
    <dialog ref=${dialog} class=${`dialog ${className}`} aria-label=${label} aria-describedby=${about} onCancel=${cancelled} onClose=${closed}
      onClick=${(event) => beside(event, dialog.current) && close()}>${children}</dialog>
  `;
}

/** A click on the backdrop is one on the dialog itself, outside its box. */
function beside(event, dialog) {
  if (event.target !== dialog || !event.detail) return false;
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
}
