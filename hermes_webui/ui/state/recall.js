// The prompts that ↑ brings back: those of this conversation, then those of this browser, each text once, the last first.

export const KEPT = 50;
/** A longer one is not kept beside its conversation. */
const LONGEST = 4000;

export function recallable(own, others) {
  return [...new Set([...own].reverse().concat(others))].filter((text) => text.trim());
}

/** This browser's list with a prompt that has just been sent. */
export function withSent(list, text) {
  if (!text.trim() || text.length > LONGEST) return list;
  return [text, ...list.filter((one) => one !== text)].slice(0, KEPT);
}

/**
 * Where ↑ (`by` 1) or ↓ (-1) leads from `at`, -1 being the empty field that one came from: null where it leads nowhere.
 * `text` is what stands in the field: what has been changed since it was brought back is not thrown away.
 */
export function step(list, at, by, text) {
  const standing = at < 0 ? '' : list[at];
  if (text !== standing) return null;
  const next = at + by;
  return next < -1 || next >= list.length ? null : next;
}
