// Lists that are typed as lines. Pure.

/** The lines that say something. */
export const linesOf = (text = '') => text.split('\n').map((line) => line.trim()).filter(Boolean);

/** `NAME=value` or `Name: value` a line; what has no sign in it is left out. */
export const pairsOf = (text, sign) => Object.fromEntries(linesOf(text).flatMap((line) => {
  const at = line.indexOf(sign);
  return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : [];
}));
