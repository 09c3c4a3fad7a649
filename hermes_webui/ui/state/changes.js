// What has changed in a workspace, in the groups in which it is read.

import { parentOf } from './paths.js';

/** `[{group: turn | staged | changed | new, items}]`, without those that are empty. A change is `{path, state, staged, this_turn}`. */
export function grouped({ changes = [], touched = [] }) {
  const lately = new Set(touched);
  const isThisTurn = (change) => change.this_turn || lately.has(change.path);
  const known = new Set(changes.map(({ path }) => path));
  const others = touched.filter((path) => !known.has(path)).map((path) => ({ path, state: '', staged: false, this_turn: true }));
  const groups = { turn: others, staged: [], changed: [], new: [] };
  for (const change of changes) {
    const group = isThisTurn(change) ? 'turn' : change.staged ? 'staged' : change.state === '?' ? 'new' : 'changed';
    groups[group].push(change);
  }
  return Object.entries(groups).filter(([, items]) => items.length).map(([group, items]) => ({ group, items }));
}

/** Git's letter for each path that differs, and for the folders that lead to them: `Map(path → letter)`. */
export function lettersOf(changes = []) {
  const letters = new Map();
  for (const { path, state } of changes) {
    letters.set(path, state);
    for (let above = parentOf(path); above && !letters.has(above); above = parentOf(above)) letters.set(above, 'M');
  }
  return letters;
}

/** The letter of git as a kind that has a name and a colour. */
const KINDS = { M: 'modified', T: 'modified', A: 'added', '?': 'added', D: 'deleted', R: 'renamed', C: 'added', U: 'conflict' };

export const kindOf = (state) => KINDS[state?.trim()[0]] ?? null;
