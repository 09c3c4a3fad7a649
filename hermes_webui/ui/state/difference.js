// Two texts line by line: which lines both have, and which only one. Myers' algorithm (1986), with a limit to its work: texts
// that differ more than that are shown as one taken out and the other put in.

const MOST_STEPS = 1200;

/** `[{kind: same | removed | added, text}]`, one for each line; `before` and `after` are whole texts. */
export function difference(before, after) {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let begin = 0;
  while (begin < Math.min(old.length, now.length) && old[begin] === now[begin]) begin += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - begin && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const middle = changed(old.slice(begin, old.length - end), now.slice(begin, now.length - end));
  return [...lines('same', old.slice(0, begin)), ...middle, ...lines('same', old.slice(old.length - end))];
}

const lines = (kind, texts) => texts.map((text) => ({ kind, text }));

function changed(old, now) {
  const trail = old.length && now.length ? search(old, now) : null;
  if (!trail) return [...lines('removed', old), ...lines('added', now)];
  return walkBack(old, now, trail);
}

/** How far each diagonal reaches after each step; null where there are too many steps. */
function search(old, now) {
  const most = Math.min(old.length + now.length, MOST_STEPS);
  const reach = new Map([[1, 0]]);
  const trail = [];
  for (let steps = 0; steps <= most; steps++) {
    trail.push(new Map(reach));
    for (let line = -steps; line <= steps; line += 2) {
      const down = line === -steps || (line !== steps && (reach.get(line - 1) ?? -1) < (reach.get(line + 1) ?? -1));
      let x = down ? reach.get(line + 1) : reach.get(line - 1) + 1;
      while (x < old.length && x - line < now.length && old[x] === now[x - line]) x += 1;
      reach.set(line, x);
      if (x >= old.length && x - line >= now.length) return trail;
    }
  }
  return null;
}

function walkBack(old, now, trail) {
  const found = [];
  let [x, y] = [old.length, now.length];
  for (let steps = trail.length - 1; steps >= 0; steps--) {
    const reach = trail[steps];
    const line = x - y;
    const down = line === -steps || (line !== steps && (reach.get(line - 1) ?? -1) < (reach.get(line + 1) ?? -1));
    const from = down ? line + 1 : line - 1;
    const [beforeX, beforeY] = [reach.get(from), reach.get(from) - from];
    while (x > Math.max(beforeX, 0) && y > Math.max(beforeY, 0)) found.push({ kind: 'same', text: old[[x -= 1, y -= 1][0]] });
    if (steps > 0 && down) found.push({ kind: 'added', text: now[y -= 1] });
    else if (steps > 0) found.push({ kind: 'removed', text: old[x -= 1] });
  }
  return found.reverse();
}

const AROUND = 3;

/** The same, without long stretches that both have: those become `{kind: gap, count}`. */
export function folded(parts) {
  const near = new Set();
  parts.forEach(({ kind }, at) => {
    if (kind !== 'same') for (let by = -AROUND; by <= AROUND; by++) near.add(at + by);
  });
  const found = [];
  parts.forEach((part, at) => {
    if (near.has(at)) found.push(part);
    else if (found.at(-1)?.kind === 'gap') found.at(-1).count += 1;
    else found.push({ kind: 'gap', count: 1 });
  });
  return found;
}

/** The lines of a unified diff with their numbers: `[{kind: head | hunk | added | removed | same, old, now, text}]`. */
export function patchLines(patch) {
  let [old, now, left] = [0, 0, { old: 0, now: 0 }];
  return patch.replace(/\n$/, '').split('\n').map((text) => {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (hunk) {
      [old, now] = [Number(hunk[1]), Number(hunk[3])];
      left = { old: Number(hunk[2] ?? 1), now: Number(hunk[4] ?? 1) };
      return { kind: 'hunk', text };
    }
    if (left.old <= 0 && left.now <= 0) return { kind: 'head', text };
    if (text.startsWith('\\')) return { kind: 'head', text };
    const kind = { '+': 'added', '-': 'removed' }[text[0]] ?? 'same';
    if (kind !== 'added') left.old -= 1;
    if (kind !== 'removed') left.now -= 1;
    return { kind, text: text.slice(1), old: kind === 'added' ? null : old++, now: kind === 'removed' ? null : now++ };
  });
}
