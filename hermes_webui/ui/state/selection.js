// Which rows are chosen, as in every list: a click with Ctrl or ⌘ adds or takes one, with Shift all from the last one on.

export const none = { ids: new Set(), anchor: null };

export const chosen = (ids) => ({ ids: new Set(ids), anchor: ids.at(-1) ?? null });

export function toggled({ ids }, id) {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

/** All from the anchor to `id`, in the order of the list; the anchor stays, so that the range can be drawn anew. */
export function ranged({ anchor }, id, order) {
  const [one, other] = [order.indexOf(anchor ?? id), order.indexOf(id)];
  if (one < 0) return { ids: new Set([id]), anchor: id };
  return { ids: new Set(order.slice(Math.min(one, other), Math.max(one, other) + 1)), anchor: order[one] };
}

/** What is not there any more is not chosen any more; the same object where all are. */
export function without(selection, order) {
  if (!selection.ids.size) return selection;
  const known = new Set(order);
  const kept = [...selection.ids].filter((id) => known.has(id));
  return kept.length === selection.ids.size ? selection : { ids: new Set(kept), anchor: known.has(selection.anchor) ? selection.anchor : null };
}
