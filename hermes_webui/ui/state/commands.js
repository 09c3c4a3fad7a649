// Commands as data: which keys mean one, how these are written, and which commands (or titles, or models) a few typed
// letters mean. `keys` is as `mod+shift+o`: `mod` is ⌘ on a Mac and Ctrl elsewhere; a sign such as `?` stands for itself.

const MODIFIERS = ['mod', 'ctrl', 'alt', 'shift'];
const MAC_NAMES = { mod: '⌘', ctrl: '⌃', alt: '⌥', shift: '⇧', Escape: 'esc', Enter: '↩', Tab: '⇥', Delete: '⌦', ' ': 'Space' };
const NAMES = { mod: 'Ctrl', ctrl: 'Ctrl', alt: 'Alt', shift: 'Shift', Escape: 'Esc', Delete: 'Del', ' ': 'Space' };
const ARROWS = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };

function parsed(keys) {
  const parts = keys.split(/\+(?=.)/);
  const key = parts.pop();
  return { key, held: new Set(parts) };
}

/** What sends to the next step of the reply that is being written, beside the key that sends. */
export const steerKeys = (sendKey) => (sendKey === 'enter' ? 'mod+Enter' : 'mod+shift+Enter');

/**
 * What means a letter's command in a text field, too. ⌥ alone writes characters, so on a Mac ⌘ is held with it; elsewhere Ctrl
 * is not, for Ctrl and Alt together are AltGr.
 */
export const inText = (letter, mac) => `${mac ? 'mod+' : ''}alt+${letter}`;

/** Does this key press (a KeyboardEvent, or its fields) mean `keys`? */
export function means(keys, event, mac) {
  const { key, held } = parsed(keys);
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey && !held.has('ctrl') : event.metaKey;
  const wanted = held.has('mod') || (held.has('ctrl') && !mac);
  if (other || Boolean(mod) !== wanted || Boolean(event.altKey) !== held.has('alt')) return false;
  if (held.has('alt') && event.getModifierState?.('AltGraph')) return false;
  if (/^[a-z]$/.test(key)) return Boolean(event.shiftKey) === held.has('shift') && letterOf(event) === key;
  if (key.length > 1 && Boolean(event.shiftKey) !== held.has('shift')) return false;
  return event.key === key; // where a sign stands, and whether Shift makes it, is the keyboard's business
}

/** Does the key belong to the input method (Japanese, Chinese …)? Safari tells of the Enter that ends it only by this number. */
export const composing = ({ isComposing, keyCode }) => Boolean(isComposing) || keyCode === 229;

/** The letter of a key, also on a keyboard that writes other letters, and where ⌥ makes another sign of it. */
function letterOf({ key = '', code = '', keyCode = 0 }) {
  const letter = key.toLowerCase();
  if (/^[a-z]$/.test(letter)) return letter;
  return keyCode >= 65 && keyCode <= 90 ? String.fromCharCode(keyCode).toLowerCase() : /^Key([A-Z])$/.exec(code)?.[1].toLowerCase();
}

/** What is printed on the keys: `['Ctrl', 'Shift', 'O']`. */
export function keyNames(keys, mac) {
  const { key, held } = parsed(keys);
  const names = mac ? MAC_NAMES : NAMES;
  const last = names[key] ?? ARROWS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return [...MODIFIERS.filter((one) => held.has(one)).map((one) => names[one]), last];
}

/** As `aria-keyshortcuts` wants it. */
export function ariaKeys(keys, mac) {
  const { key, held } = parsed(keys);
  const names = { mod: mac ? 'Meta' : 'Control', ctrl: 'Control', alt: 'Alt', shift: 'Shift' };
  return [...MODIFIERS.filter((one) => held.has(one)).map((one) => names[one]), key.length === 1 ? key.toUpperCase() : key].join('+');
}

const folded = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * How well `query` fits `text`: 0 not at all, more is better. Each of its words must be there: as the beginning of a word,
 * or inside one, or as letters in this order.
 */
export function fit(query, text) {
  const [line, words] = [folded(text), folded(query).split(/\s+/).filter(Boolean)];
  let sum = 1;
  for (const word of words) {
    const points = fitOf(word, line);
    if (!points) return 0;
    sum += points;
  }
  return sum - Math.min(line.length, 200) / 400;
}

function fitOf(word, line) {
  const at = line.indexOf(word);
  if (at === 0) return 12;
  if (at > 0) return boundary(line, at) || boundary(line, line.indexOf(` ${word}`) + 1) ? 9 : 6;
  return scattered(word, line);
}

const boundary = (line, at) => at > 0 && /[^\p{L}\p{N}]/u.test(line[at - 1]);

/** The letters in their order, near one another: beginnings of words count most. */
function scattered(word, line) {
  let [at, points] = [-1, 0];
  for (const letter of word) {
    const next = line.indexOf(letter, at + 1);
    if (next < 0) return 0;
    points += next === at + 1 ? 2 : next === 0 || boundary(line, next) ? 1.5 : 0;
    at = next;
  }
  return points / word.length > 1.2 ? Math.min(points / word.length, 2) : 0;
}

/** The items that fit, best first; those that fit alike in the order in which they came. */
export function ranked(query, items, textOf) {
  if (!query.trim()) return [...items];
  return items
    .map((item, at) => ({ item, at, points: fit(query, textOf(item)) }))
    .filter(({ points }) => points > 0)
    .sort((one, other) => other.points - one.points || one.at - other.at)
    .map(({ item }) => item);
}

/** Those used lately first, in the order of `recent` (ids, the latest first). */
export function recentFirst(items, recent) {
  const place = (item) => (recent.includes(item.id) ? recent.indexOf(item.id) : recent.length);
  return [...items].sort((one, other) => place(one) - place(other));
}
