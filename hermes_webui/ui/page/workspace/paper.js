// The file that is shown beside the tree: its text, what was typed and is not saved yet, and what to do when it has been
// changed elsewhere. What was typed is in this browser's storage with every key, so leaving needs no question.

import { signal } from '@preact/signals';
import { copyText } from '../../render/clipboard.js';
import { isWithin } from '../../state/paths.js';
import { t } from '../../words/words.js';

const DRAFTS = 'paper.';

/** A field of a browser knows one end of a line only; the server gives a file of another kind its own back. */
const read = (file) => (file.text ? { ...file, text: file.text.replace(/\r\n?/g, '\n') } : file);

/** A large file has no version here: then its time says whether it is another one. */
const isSame = (now, file) => now.version === file.version && (now.version !== null || now.modified === file.modified);

export class Paper {
  #cabinet;
  #asked = 0;
  /**
   * `{path, line, at, state: loading | ready | failed, error, file (as the server tells of it), editing, text (typed, not saved), base (the
   * version that it began with), saving, conflict: {version, text}, changed (elsewhere), source (not drawn)}`, or
   * `{path, patch, staged, state}` for what has changed in it; `{commit, record}` for a commit, with both for a file of one; null: none is shown.
   */
  shown = signal(null);
  /** Paths of files with text that is not saved. */
  drafts = signal(new Set());

  constructor(cabinet) {
    this.#cabinet = cabinet;
  }

  begin() {
    this.#asked += 1;
    this.shown.value = null;
    const prefix = this.#nameOf('');
    this.drafts.value = new Set(this.#storage.names(prefix).map((name) => name.slice(prefix.length)));
  }

  get #storage() {
    return this.#cabinet.page.storage;
  }

  #nameOf(path) {
    return `${DRAFTS}${this.#cabinet.root}\n${path}`;
  }

  #change(fields) {
    this.shown.value = { ...this.shown.peek(), ...fields };
  }

  async open(path, line = null) {
    const asked = ++this.#asked;
    const same = this.shown.peek()?.path === path && this.shown.peek().file;
    if (same) this.#change({ line, at: asked, patch: undefined });
    else this.shown.value = { path, line, at: asked, state: 'loading' };
    try {
      const file = await this.#cabinet.get('file', { path });
      if (asked === this.#asked) this.#arrived(file);
    } catch (error) {
      if (asked === this.#asked) this.#change({ state: 'failed', error });
    }
    this.#cabinet.explorer.reveal(path);
  }

  #arrived(told) {
    const file = read(told);
    const { path, editing = false, source = false, line } = this.shown.peek();
    const kept = this.#storage.get(this.#nameOf(path));
    const draft = kept && kept.text !== file.text ? kept : null;
    if (kept && !draft) this.#forget(path);
    const typed = draft ? { text: draft.text, base: draft.version, editing: true } : { text: undefined, base: file.version, editing };
    const changed = Boolean(draft) && draft.version !== file.version;
    this.#change({ state: 'ready', error: null, file, ...typed, changed, conflict: null, source: source || line !== null });
  }

  /** Something else in the place of a file: its `head` at once, and what `ask` gives when that has come. */
  async fetch(head, ask) {
    const asked = ++this.#asked;
    this.shown.value = { ...head, at: asked, state: 'loading', again: () => this.fetch(head, ask) };
    try {
      const told = await ask();
      if (asked === this.#asked) this.#change({ state: 'ready', ...told });
    } catch (error) {
      if (asked === this.#asked) this.#change({ state: 'failed', error });
    }
  }

  /** Something may have changed on the disk, but never a commit. What is being typed stays; that it was changed elsewhere is told. */
  async look() {
    const { path, state, file, commit, again } = this.shown.peek() ?? {};
    if (state !== 'ready' || commit) return;
    if (again) await again();
    else await this.#lookAt(path, file);
  }

  async #lookAt(path, file) {
    const asked = this.#asked;
    const now = await this.#cabinet.get('file', { path }).catch(() => null);
    if (!now || asked !== this.#asked || isSame(now, file)) return;
    if (this.shown.peek().text === undefined) this.#change({ file: read(now), base: now.version });
    else if (!this.shown.peek().saving) this.#change({ changed: true });
  }

  /** From a file of a commit to that commit, from anything else to the list. */
  back() {
    const { path, commit, record } = this.shown.peek();
    this.close();
    if (commit && path !== undefined) this.shown.value = { commit, record, at: this.#asked, state: 'ready' };
  }

  close() {
    this.#asked += 1;
    this.shown.value = null;
  }

  edit() {
    this.#change({ editing: true });
  }

  /** From the editor back to reading. What is not saved stays, here and in the browser. */
  read() {
    if (this.shown.peek().text === undefined) this.#change({ editing: false });
  }

  showSource(source) {
    this.#change({ source });
  }

  typed(text) {
    const { path, base, file } = this.shown.peek();
    if (text === file.text && base === file.version) return this.#drop();
    const kept = this.#storage.set(this.#nameOf(path), { text, version: base });
    if (!this.drafts.peek().has(path)) this.drafts.value = new Set([...this.drafts.peek(), path]);
    return this.#change({ text, kept });
  }

  /** What was typed is given up. */
  discard() {
    const { text, path } = this.shown.peek();
    this.#drop();
    this.#cabinet.page.toasts.add(t('workspace.discarded'), { name: t('workspace.undo'), run: () => this.#again(path, text) });
    this.look();
  }

  #again(path, text) {
    if (this.shown.peek()?.path !== path) return;
    this.edit();
    this.typed(text);
  }

  #drop() {
    const { path, file } = this.shown.peek();
    this.#forget(path);
    this.#change({ text: undefined, base: file.version, changed: false, conflict: null });
  }

  #forget(path) {
    this.#storage.remove(this.#nameOf(path));
    this.drafts.value = new Set([...this.drafts.peek()].filter((one) => one !== path));
  }

  /** Saves what was typed, unless the file has been changed since: then both versions are shown. */
  async save(version = this.shown.peek()?.base) {
    const { path, text, saving, file } = this.shown.peek() ?? {};
    if (text === undefined || saving) return;
    this.#change({ saving: true });
    try {
      const saved = await this.#cabinet.post('save', { path, text, version });
      this.#saved(path, text, saved.version, file);
    } catch (error) {
      if (this.shown.peek()?.path === path) this.#refused(error);
    }
  }

  /** What was typed while it was being saved is not saved yet. */
  #saved(path, text, version, file) {
    const now = this.shown.peek();
    const size = new Blob([text]).size;
    if (now?.path !== path) return this.#forget(path);
    const fresh = { ...file, text, version, size };
    this.#change({ saving: false, file: fresh, base: version, changed: false, conflict: null });
    if (now.text === text) this.#drop();
    else this.typed(now.text);
    return this.#cabinet.refresh();
  }

  async #refused(error) {
    const current = error.status === 409 ? await this.#current() : null;
    this.#change({ saving: false, ...(current && { conflict: current }) });
    if (!current) this.#cabinet.page.toasts.add(t('workspace.not-saved', { why: error.message }), { name: t('app.again'), run: () => this.save() });
  }

  /** The version on the disk as `{version, text}`; one that is gone is empty and has no version. */
  #current() {
    const told = this.#cabinet.get('file', { path: this.shown.peek().path });
    return told.then(read).then(({ version, text = '' }) => ({ version, text }), (error) => (error.status === 404 ? { version: null, text: '' } : null));
  }

  /** Both versions side by side, before anything is saved. */
  async compare() {
    const conflict = await this.#current();
    if (conflict) this.#change({ conflict });
  }

  /** Mine is saved over the other one. */
  keepMine() {
    return this.save(this.shown.peek().conflict.version);
  }

  /** The other one is taken, and mine given up. */
  takeTheirs() {
    const { conflict, file, text, path } = this.shown.peek();
    this.#forget(path);
    this.#change({ file: { ...file, ...conflict }, base: conflict.version, text: undefined, changed: false, conflict: null });
    this.#cabinet.page.toasts.add(t('workspace.taken'), { name: t('workspace.undo'), run: () => this.#again(path, text) });
  }

  /** Back to the editor, nothing decided. */
  postpone() {
    this.#change({ conflict: null, changed: true });
  }

  async copy() {
    const { text, file } = this.shown.peek();
    const done = await copyText(text ?? file.text);
    this.#cabinet.page.toasts.add(t(done ? 'workspace.copied' : 'workspace.not-copied'));
  }

  /** A file or folder has another name: what is shown, and what is not saved, goes along. */
  moved(from, to) {
    for (const path of this.drafts.peek()) if (isWithin(path, from)) this.#rename(path, to + path.slice(from.length));
    const shown = this.shown.peek();
    if (shown?.path !== undefined && isWithin(shown.path, from)) this.open(to + shown.path.slice(from.length));
  }

  #rename(path, to) {
    const draft = this.#storage.get(this.#nameOf(path));
    this.#forget(path);
    this.#storage.set(this.#nameOf(to), draft);
    this.drafts.value = new Set([...this.drafts.peek(), to]);
  }

  gone(path) {
    const shown = this.shown.peek();
    if (shown?.path !== undefined && isWithin(shown.path, path)) this.close();
  }
}
