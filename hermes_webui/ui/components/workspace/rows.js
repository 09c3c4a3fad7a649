// Rows that are all as high: which of them are in view, and the way to one of them.

import { useLayoutEffect, useReducer } from 'preact/hooks';

export const isCoarse = () => matchMedia('(pointer: coarse)').matches;

/** `{first, last, scrolled, show(number), spaces(count)}`: rows `[first, last]` of `count` are to be drawn. */
export function useRows(list, height, count, beyond = 8) {
  const [, redraw] = useReducer((times) => times + 1, 0);
  useLayoutEffect(() => {
    const watcher = new ResizeObserver(redraw);
    watcher.observe(list.current);
    redraw();
    return () => watcher.disconnect();
  }, []);
  const { scrollTop: top = 0, clientHeight: room = 600 } = list.current ?? {};
  const first = Math.max(Math.floor(top / height) - beyond, 0);
  const last = Math.min(Math.ceil((top + room) / height) + beyond, count - 1);
  const show = (number) => {
    const { scrollTop, clientHeight } = list.current;
    const at = number * height;
    if (at < scrollTop) list.current.scrollTop = at;
    else if (at + height > scrollTop + clientHeight) list.current.scrollTop = at + height - clientHeight;
  };
  return { first, last, show, scrolled: redraw, above: first * height, below: Math.max(count - 1 - last, 0) * height, page: Math.max(Math.floor(room / height) - 1, 1) };
}
