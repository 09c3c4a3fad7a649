// Marks of what is looked for, on the rows that are drawn; they follow what is drawn.

import { useEffect, useRef } from 'preact/hooks';
import { mark, unmark } from '../render/found.js';

/** `wanted`: a phrase, or several of which each is marked. The first one in the message `current` is brought into view. */
export function useMarks(wanted, current) {
  const shown = useRef(null);
  useEffect(() => {
    const rows = document.querySelector('.rows');
    if (!rows) return undefined;
    let frame = 0;
    const draw = () => {
      frame = 0;
      const [first] = mark(rows, wanted, current);
      if (first && shown.current !== current) reveal(first);
      if (first) shown.current = current;
    };
    const soon = () => { frame ||= requestAnimationFrame(draw); };
    const watcher = new MutationObserver(soon);
    watcher.observe(rows, { childList: true, subtree: true, characterData: true });
    soon();
    return () => { watcher.disconnect(); cancelAnimationFrame(frame); unmark(); };
  }, [JSON.stringify(wanted), current]);
}

/** The place itself, not its paragraph, which may be longer than the view. */
function reveal(range) {
  const scroller = document.querySelector('.scroller');
  const { top, bottom } = scroller.getBoundingClientRect();
  const place = range.getBoundingClientRect();
  if (place.top < top + 56 || place.bottom > bottom - 24) scroller.scrollBy({ top: place.top - top - (bottom - top) / 3 });
}
