// A unified diff as people read it: what it adds and takes away, its lines with their numbers. Pure.

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/;
const META = /^(?:--- |\+\+\+ |diff |index |new file|deleted file|similarity |rename |old mode|new mode|Binary )/;

/** `{added, removed, lines: [{kind: hunk | same | added | removed | note, text, old, new}]}`. */
export function patchOf(patch) {
  const told = { added: 0, removed: 0, lines: [] };
  let at = null;
  for (const line of patch.replace(/\n$/, '').split('\n')) at = taken(told, at, line);
  return told;
}

/** Before the first hunk only heads stand; in one, a line may begin with anything, also `--- `. */
function taken(told, at, line) {
  const hunk = HUNK.exec(line);
  if (hunk) {
    const first = { old: Number(hunk[1]), new: Number(hunk[2]) };
    const whole = !told.lines.length && first.old <= 1 && first.new <= 1; // nothing is left out above it
    if (!whole) told.lines.push({ kind: 'hunk', text: hunk[3].trim(), old: null, new: null });
    return first;
  }
  if (!at || (META.test(line) && /^(?:diff |index )/.test(line))) return null;
  told.lines.push(lineOf(told, at, line));
  return at;
}

function lineOf(told, at, line) {
  const [sign, text] = [line[0], line.slice(1)];
  if (sign === '+') {
    told.added += 1;
    return { kind: 'added', text, old: null, new: at.new++ };
  }
  if (sign === '-') {
    told.removed += 1;
    return { kind: 'removed', text, old: at.old++, new: null };
  }
  if (sign === '\\') return { kind: 'note', text: line, old: null, new: null };
  return { kind: 'same', text, old: at.old++, new: at.new++ };
}

const COUNTED = new Set(['added', 'removed', 'same']);

/** How many of `lines` are lines of a file. */
export const countOf = (lines) => lines.filter(({ kind }) => COUNTED.has(kind)).length;

/** Whether a patch of Git's tells of another name and of nothing else. */
export const isOnlyRenamed = (patch) => /^rename to /m.test(patch) && !/^(?:@@ |Binary |old mode )/m.test(patch);

/** `[folder, name]` of a path, for showing the name strongly. */
export function splitPath(path) {
  const at = path.lastIndexOf('/') + 1;
  return [path.slice(0, at), path.slice(at)];
}
