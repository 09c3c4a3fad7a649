// Keys in the conversation: from message to message, from prompt to prompt, to its beginning and its end.

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, n: 1, p: -1 };

/** `go(row)` shows a row and gives it the focus. */
export function steer(event, { rows, places, go }) {
  const { key, target, currentTarget: scroller } = event;
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || !isReading(target, scroller)) return;
  if (key === 'Home') act(event, () => places.first());
  if (key === 'End') act(event, () => places.newest());
  const inMessage = target !== scroller;
  if (!(key in STEPS) || (key.startsWith('Arrow') && !inMessage)) return;
  const row = next(rows, placeOf(scroller, STEPS[key]), STEPS[key], key === 'n' || key === 'p');
  act(event, () => { if (row) go(row); });
}

/** The conversation itself or a message as a whole has the focus, not something in it that has keys of its own. */
const isReading = (target, scroller) => target === scroller || 'stop' in target.dataset;

function act(event, work) {
  event.preventDefault();
  work();
}

/** The row that has the focus; else the edge of the view from which the step goes. */
function placeOf(scroller, step) {
  const focused = document.activeElement?.closest('[data-at]');
  if (focused) return Number(focused.dataset.at);
  const { top, bottom } = scroller.getBoundingClientRect();
  const shown = [...scroller.querySelectorAll('[data-at]')].filter((row) => {
    const place = row.getBoundingClientRect();
    return place.bottom > top + 8 && place.top < bottom - 8;
  });
  const edge = step > 0 ? shown[0] : shown.at(-1);
  return edge ? Number(edge.dataset.at) - step : 0;
}

function next(rows, from, step, prompts) {
  for (let at = from + step; at >= 0 && at < rows.length; at += step) {
    if (!prompts || rows[at].kind === 'user') return rows[at];
  }
  return null;
}

export const rowElement = (scroller, at) => scroller.querySelector(`[data-at="${at}"]`);

/** Whether the beginning of a row can be read without scrolling. */
export function isInView(scroller, element) {
  if (!element) return false;
  const { top, bottom } = scroller.getBoundingClientRect();
  const place = element.getBoundingClientRect();
  return place.top >= top && Math.min(place.bottom, place.top + 120) <= bottom;
}
