// A tree of folders of which only parts are known: a folder of 100,000 entries is one stretch of rows, and its entries come
// page by page as they are looked at. Paths are as in `paths.js`.

import { foldersTo, isWithin, joined, nameOf, parentOf } from './paths.js';

export const PAGE = 200;

/** Whether an entry holds others; a link may lead to what does. */
export const isFolder = (entry) => entry?.kind === 'folder' || entry?.leads === 'folder';

const keyOf = (path, page) => `${page} ${path}`;

export class Tree {
  #folders = new Map(); // path → {total, entries (with gaps), places: name → number}
  #open = new Set();
  #fresh = new Set();
  #asked = new Set();
  #layout = null;

  /** How many rows there are. */
  get length() {
    const last = this.#stretches.at(-1);
    return last ? last.first + last.count : 0;
  }

  /** Whether anything is known of the folder. */
  knows(path = '') {
    return this.#folders.has(path);
  }

  isOpen(path) {
    return path === '' || this.#open.has(path);
  }

  /** The folders that are unfolded. */
  get opened() {
    return [...this.#open];
  }

  unfold(path, open = true) {
    if (open) this.#open.add(path);
    else this.#open.delete(path);
    this.#layout = null;
  }

  /** A page of a folder has come: `entries` from number `offset` on, of `total`. */
  put(path, { entries, offset, total }) {
    const folder = this.#folders.get(path) ?? { total: 0, entries: [], places: new Map() };
    const gone = folder.entries.slice(offset, offset + PAGE);
    if (total < folder.entries.length) gone.push(...folder.entries.splice(total));
    for (const entry of gone) if (entry) folder.places.delete(entry.name);
    entries.forEach((entry, at) => {
      folder.entries[offset + at] = entry;
      folder.places.set(entry.name, offset + at);
    });
    folder.total = total;
    this.#folders.set(path, folder);
    this.#settle(path, offset);
  }

  #settle(path, offset) {
    const key = keyOf(path, Math.floor(offset / PAGE));
    this.#asked.delete(key);
    this.#fresh.add(key);
    this.#layout = null;
  }

  /** A page did not come. It is asked for again when something changes, not at once. */
  miss(path, offset) {
    if (!this.#folders.has(path)) this.#folders.set(path, { total: 0, entries: [], places: new Map() });
    this.#settle(path, offset);
  }

  /** A folder or file that is not there any more. */
  drop(path) {
    for (const known of [...this.#folders.keys()]) if (known && isWithin(known, path)) this.#folders.delete(known);
    for (const open of this.opened) if (isWithin(open, path)) this.#open.delete(open);
    this.#layout = null;
  }

  /** Something may have changed: what is shown stays until it has come anew. */
  renew() {
    this.#fresh.clear();
    this.#asked.clear();
  }

  /** The pages that the rows `[first, last]` need, `[{path, offset}]`; each is named once. */
  wanted(first, last) {
    if (!this.knows()) return this.#claim('', 0);
    const found = [];
    for (const { first: begin, folder, from, count } of this.#stretches) {
      if (begin > last || begin + count <= first) continue;
      const [low, high] = [from + Math.max(first - begin, 0), from + Math.min(last - begin, count - 1)];
      for (let page = Math.floor(low / PAGE); page <= Math.floor(high / PAGE); page++) found.push(...this.#claim(folder, page));
    }
    for (const path of this.#empties()) found.push(...this.#claim(path, 0));
    return found;
  }

  /** What has no rows to be seen by: empty folders, which may not be so any more. */
  #empties() {
    return ['', ...this.#open].filter((path) => this.#folders.get(path)?.total === 0);
  }

  #claim(path, page) {
    const key = keyOf(path, page);
    if (this.#fresh.has(key) || this.#asked.has(key)) return [];
    this.#asked.add(key);
    return [{ path, offset: page * PAGE }];
  }

  /** `{path, entry, level, at, size}`: `at` counts from 1 among the `size` of its folder; `entry` is null while it is on its way. */
  row(number) {
    const stretch = this.#stretches.findLast(({ first }) => first <= number);
    if (!stretch || number >= stretch.first + stretch.count) return null;
    const { folder, from, first, level, size } = stretch;
    const at = from + number - first;
    const entry = this.#folders.get(folder)?.entries[at] ?? null;
    return { path: entry ? joined(folder, entry.name) : null, folder, entry, level, at: at + 1, size };
  }

  /** The number of the row of a path; -1 where it is not shown, or not known yet. */
  numberOf(path) {
    const folder = parentOf(path);
    const at = this.#folders.get(folder)?.places.get(nameOf(path));
    if (at === undefined) return -1;
    const found = this.#stretches.find((one) => one.folder === folder && one.from <= at && at < one.from + one.count);
    return found ? found.first + at - found.from : -1;
  }

  /** The number of the first row from `from` on whose name begins so, going round; only among those that are here. -1: none. */
  startingWith(letters, from) {
    const wish = letters.toLowerCase();
    const found = this.#stretches.flatMap(({ first, folder, from: begin, count }) => {
      const numbers = [];
      this.#folders.get(folder)?.entries.slice(begin, begin + count).forEach(({ name }, at) => { // only those that are here
        if (name.toLowerCase().startsWith(wish)) numbers.push(first + at);
      });
      return numbers;
    });
    return found.find((number) => number >= from) ?? found[0] ?? -1;
  }

  /** All folders that lead to a path are unfolded. */
  reveal(path) {
    for (const folder of foldersTo(path)) this.unfold(folder);
  }

  /** Rows in stretches of one folder: `{first, folder, from, count, level, size}`, in their order. */
  get #stretches() {
    this.#layout ??= this.#layOut('', 1, []);
    return this.#layout;
  }

  #layOut(path, level, found) {
    const folder = this.#folders.get(path);
    const size = folder?.total ?? 1; // one row, as long as nothing is known
    const open = this.opened.filter((each) => parentOf(each) === path).map((each) => [folder?.places.get(nameOf(each)), each]);
    let from = 0;
    const upTo = (end) => {
      const last = found.at(-1);
      if (end > from) found.push({ first: last ? last.first + last.count : 0, folder: path, from, count: end - from, level, size });
      from = end;
    };
    for (const [at, child] of open.filter(([place]) => place !== undefined).sort(([one], [other]) => one - other)) {
      upTo(at + 1);
      this.#layOut(child, level + 1, found);
    }
    upTo(size);
    return found;
  }
}
