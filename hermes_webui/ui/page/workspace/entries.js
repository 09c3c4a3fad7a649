// What is done to files and folders: made, renamed, deleted with a way back, brought in and taken out.

import { signal } from '@preact/signals';
import { send } from '../../net/upload.js';
import { copyText } from '../../render/clipboard.js';
import { joined, nameFault, nameOf, parentOf } from '../../state/paths.js';
import { t } from '../../words/words.js';
import { newKey } from '../keys.js';

const FAULTS = { empty: () => t('workspace.name-empty'), slash: () => t('workspace.name-slash'), dots: () => t('workspace.name-dots') };

export class Entries {
  #cabinet;
  #breakers = new Map();
  /** The form for a new one: `{kind: file | folder, folder}`, or null. */
  making = signal(null);
  /** The open menu of a row: `{path, entry, place}`, or null. */
  menu = signal(null);
  /** `[{key, name, folder, part, error}]` */
  uploads = signal([]);

  constructor(cabinet) {
    this.#cabinet = cabinet;
  }

  /** What is wrong with a name, in a sentence; null where it can be given. */
  faultOf(name) {
    return FAULTS[nameFault(name)]?.() ?? null;
  }

  /** The form for a new file or folder, in the folder that has the focus. */
  begin(kind, folder = this.#cabinet.explorer.here) {
    this.#cabinet.view.value = 'files';
    this.making.value = { kind, folder };
  }

  /** Why it could not be made; null where it was. */
  async make(name) {
    const { kind, folder } = this.making.peek();
    const path = joined(folder, name);
    try {
      await this.#cabinet.post('make', { path, kind });
    } catch (error) {
      return error.message;
    }
    this.making.value = null;
    this.#cabinet.explorer.refresh();
    if (kind === 'file') await this.#cabinet.paper.open(path).then(() => this.#cabinet.paper.edit());
    else await this.#cabinet.explorer.reveal(path);
    return null;
  }

  /** Why it has not got its new name; null where it has. */
  async rename(path, name) {
    const to = joined(parentOf(path), name);
    const { explorer, paper } = this.#cabinet;
    if (to !== path) {
      const refused = await this.#cabinet.post('move', { path, to }).then(() => null, (error) => error.message);
      if (refused) return refused;
      explorer.tree.drop(path);
      explorer.refresh();
      explorer.focusOn(to);
      paper.moved(path, to);
    }
    explorer.renaming.value = null;
    return null;
  }

  async trash(path) {
    const { page, explorer, paper, changes } = this.#cabinet;
    const answer = await this.#cabinet.post('trash', { path }).catch((error) => this.#cabinet.tell(error));
    if (!answer) return;
    paper.gone(path);
    explorer.gone(path);
    changes.load();
    page.toasts.add(t('workspace.trashed', { name: nameOf(path) }), { name: t('workspace.undo'), run: () => this.#restore(answer.trash_id, path) });
  }

  async #restore(trash_id, path) {
    const answer = await this.#cabinet.post('restore', { trash_id }).catch((error) => this.#cabinet.tell(error));
    if (!answer) return;
    this.#cabinet.refresh();
    this.#cabinet.explorer.reveal(answer.path ?? path);
  }

  download(path) {
    const link = document.createElement('a');
    link.href = this.#cabinet.rawOf(path, { download: true });
    link.download = nameOf(path);
    link.click();
  }

  async copyPath(path) {
    this.#cabinet.page.toasts.add(t((await copyText(path)) ? 'workspace.path-copied' : 'workspace.not-copied'));
  }

  /** The path is put into the prompt, where its caret is. */
  mention(path) {
    const { drafting } = this.#cabinet.page;
    const field = document.getElementById('composer');
    const [text, at] = [drafting.text.peek(), field?.selectionStart ?? drafting.text.peek().length];
    const before = text.slice(0, at);
    const added = `${before && !/\s$/.test(before) ? ' ' : ''}${path} `;
    drafting.edit(before + added + text.slice(at));
    field?.focus();
    requestAnimationFrame(() => field?.setSelectionRange(at + added.length, at + added.length));
  }

  /** Files from a button or a drop, into a folder of the workspace, one after the other. */
  async upload(files, folder = this.#cabinet.explorer.here) {
    const items = [...files].map((file) => ({ key: newKey(), name: file.name, folder, part: 0, error: null, file }));
    this.uploads.value = [...this.uploads.peek(), ...items];
    for (const item of items) await this.#send(item);
    const done = items.filter(({ key }) => !this.uploads.peek().some((one) => one.key === key && one.error));
    if (done.length) this.#cabinet.page.toasts.add(t('workspace.uploaded', { count: done.length }));
    this.#cabinet.refresh();
    if (done.length === 1) this.#cabinet.explorer.reveal(joined(folder, done[0].name));
  }

  async #send({ key, name, folder, file }) {
    if (!this.uploads.peek().some((item) => item.key === key)) return; // taken out meanwhile
    const breaker = new AbortController();
    this.#breakers.set(key, breaker);
    const query = new URLSearchParams({ session_id: this.#cabinet.sessionId, path: joined(folder, name) });
    const progress = (part) => this.#touch(key, { part });
    await send(`/api/workspace/upload?${query}`, file, { progress, signal: breaker.signal })
      .then(() => this.dismiss(key), (error) => this.#touch(key, { error: error.message }));
  }

  #touch(key, fields) {
    this.uploads.value = this.uploads.peek().map((item) => (item.key === key ? { ...item, ...fields } : item));
  }

  /** It is done, or not wanted any more. */
  dismiss(key) {
    this.uploads.value = this.uploads.peek().filter((item) => item.key !== key);
    this.#breakers.get(key)?.abort();
    this.#breakers.delete(key);
  }
}
