// Which rows of a long list are drawn. Heights are known where a row was measured and estimated elsewhere.

/** Where each row begins, and at the end the height of all: `heights.length + 1` numbers. */
export function offsetsOf(heights) {
  const offsets = new Float64Array(heights.length + 1);
  for (let at = 0; at < heights.length; at++) offsets[at + 1] = offsets[at] + heights[at];
  return offsets;
}

/** The row that holds the point `y`. */
export function rowAt(offsets, y) {
  let low = 0;
  let high = Math.max(offsets.length - 2, 0);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The rows `[from, to)` that meet the view or lie within `margin` of it. */
export function rangeOf(offsets, top, height, margin) {
  const count = offsets.length - 1;
  if (count <= 0) return [0, 0];
  return [rowAt(offsets, Math.max(top - margin, 0)), Math.min(rowAt(offsets, top + height + margin) + 1, count)];
}

const LINE = 27;

/** A guess at a row's height (px) from its text; what is seen is measured. */
export function estimate(row, width) {
  const perLine = Math.max(Math.min(width, 720) / 8, 20);
  let lines = 0;
  for (const line of row.text.slice(0, 20_000).split('\n')) lines += Math.max(Math.ceil(line.length / perLine), 0.6);
  return 56 + lines * LINE + (row.reasoning ? 36 : 0) + (row.tools?.length ?? 0) * 24;
}
