// The tree of the workspace: its pages as they are looked at, what is unfolded, and the row that has the focus.

import { signal } from '@preact/signals';
import { foldersTo, parentOf } from '../../state/paths.js';
import { PAGE, Tree, isFolder } from '../../state/tree.js';

const UNFOLDED = 'unfolded.';
const MOST_KEPT = 200;

export class Explorer {
  #cabinet;
  #asked = 0;
  tree = new Tree();
  /** Grows when the tree has changed. */
  version = signal(0);
  /** The path of the row that keys mean; null: the first. */
  focused = signal(null);
  /** The path whose name is being edited. */
  renaming = signal(null);
  /** Why the folder itself cannot be shown: an ApiError, or null. */
  error = signal(null);

  constructor(cabinet) {
    this.#cabinet = cabinet;
  }

  begin() {
    this.#asked += 1;
    this.tree = new Tree();
    for (const path of this.#storage.get(this.#name) ?? []) this.tree.unfold(path);
    for (const part of [this.focused, this.renaming, this.error]) part.value = null;
    this.#changed();
  }

  get #storage() {
    return this.#cabinet.page.storage;
  }

  get #name() {
    return UNFOLDED + this.#cabinet.root;
  }

  #changed() {
    this.version.value = this.version.peek() + 1;
  }

  /** Sees to it that the rows `[first, last]` come. */
  want(first, last) {
    if (!this.#cabinet.ready.peek()) return;
    for (const page of this.tree.wanted(first, last)) this.#load(page);
  }

  async #load({ path, offset }) {
    const { tree } = this;
    try {
      const page = await this.#cabinet.get('tree', { path, offset, limit: PAGE });
      if (tree !== this.tree) return;
      tree.put(path, { entries: page.entries, offset, total: page.total });
      if (!path) this.error.value = null;
    } catch (error) {
      if (tree !== this.tree) return;
      this.#failed(path, offset, error);
    }
    this.#changed();
  }

  /** A folder that has gone is folded; one that cannot be read is told. */
  #failed(path, offset, error) {
    this.tree.miss(path, offset);
    if (!path) this.error.value = error;
    else if (error.status === 404) this.tree.drop(path);
    else this.#cabinet.tell(error);
  }

  refresh() {
    this.tree.renew();
    this.#changed();
  }

  unfold(path, open = !this.tree.isOpen(path)) {
    this.tree.unfold(path, open);
    this.#storage.set(this.#name, this.tree.opened.slice(-MOST_KEPT));
    this.#changed();
  }

  focusOn(path) {
    this.focused.value = path;
  }

  /** Unfolds what leads to a path, and gives its row the focus. */
  async reveal(path) {
    for (const folder of ['', ...foldersTo(path)]) {
      if (!this.tree.knows(folder)) await this.#load({ path: folder, offset: 0 });
    }
    this.tree.reveal(path);
    this.focused.value = path;
    this.#changed();
  }

  /** The folder that something new goes into: the one that has the focus, or that of the file that has it. */
  get here() {
    const path = this.focused.peek();
    if (!path) return '';
    const entry = this.tree.row(this.tree.numberOf(path))?.entry;
    return isFolder(entry) ? path : parentOf(path);
  }

  gone(path) {
    this.tree.drop(path);
    if (this.focused.peek() === path) this.focused.value = this.#neighbour(path);
    this.refresh();
  }

  #neighbour(path) {
    const number = this.tree.numberOf(path);
    return this.tree.row(number + 1)?.path ?? this.tree.row(number - 1)?.path ?? null;
  }
}
