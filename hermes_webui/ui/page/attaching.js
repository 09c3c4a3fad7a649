// The files of the composer: each is kept in this browser (IndexedDB) until the server has it, and goes up at once.
//
// A prompt that is sent takes its files along (`all`, `take`); what of them is not up yet goes up before it (`settle`).

import { signal } from '@preact/signals';
import { upload } from '../net/upload.js';
import { admitted, described, isImage, namedFile } from '../state/attachments.js';
import { pause, verdict } from '../state/outbox.js';
import { t } from '../words/words.js';
import { newKey } from './keys.js';

const LISTS = 'attached.';

export class Attaching {
  #page;
  #storage;
  #vault;
  #sessionId = null;
  #runs = new Map(); // by key: {done: a promise of the server's description, abort()}
  #pictures = new Map(); // by key: the address of a picture that is in this browser
  /** `[{key, name, type, size, state: sending|waiting|done|refused, part, error?, kept?, id?, width?, height?}]` */
  items = signal([]);

  constructor(page, storage, vault) {
    this.#page = page;
    this.#storage = storage;
    this.#vault = vault;
  }

  /** Whether all of them may go: each is in this browser's keeping or on the server, and none was refused. */
  get ready() {
    return this.items.value.every(({ state, kept, id }) => state !== 'refused' && (id || kept));
  }

  /** Another conversation's composer is shown. */
  open(sessionId) {
    this.#sessionId = sessionId;
    const listed = this.#storage.get(this.#name(sessionId)) ?? [];
    this.items.value = listed.map((item) => ({ ...item, kept: true, state: item.id ? 'done' : 'waiting', part: 0 }));
    for (const item of this.items.peek()) if (!item.id) this.#send(item);
  }

  adopt(sessionId) {
    this.#storage.remove(this.#name(this.#sessionId));
    this.#sessionId = sessionId;
    this.#remember();
  }

  /** The conversation is gone for good, and what waits for its next prompt with it. */
  drop(sessionId) {
    for (const { key } of this.#storage.get(this.#name(sessionId)) ?? []) this.#forget(key);
    this.#storage.remove(this.#name(sessionId));
  }

  /** Files from a button, a drop or the clipboard. Gives the keys of those that were taken. */
  add(files) {
    const { taken, problems } = admitted([...files], this.items.peek().length);
    problems.forEach((problem) => this.#page.toasts.add(problem));
    const items = taken.map((file) => {
      const item = { key: newKey(), name: namedFile(file), type: file.type, size: file.size, state: 'sending', part: 0 };
      if (isImage(file)) this.#pictures.set(item.key, URL.createObjectURL(file));
      return { item, file };
    });
    this.items.value = [...this.items.peek(), ...items.map(({ item }) => item)];
    this.#remember(); // before it is kept: the reader may turn to another conversation at once
    for (const { item, file } of items) this.#keep(item, file);
    return items.map(({ item }) => item.key);
  }

  /** A file of an earlier message goes along once more. */
  reuse(file) {
    const item = { ...described(file), key: newKey(), kept: true, state: 'done', part: 1 };
    this.items.value = [...this.items.peek(), item];
    this.#remember();
  }

  /** Into this browser's keeping and to the server side by side: whichever comes first, the prompt may go. */
  #keep(item, file) {
    this.#vault.put('files', item.key, file).then((kept) => this.#change(item.key, { kept }));
    this.#send(item, file);
  }

  remove(key) {
    this.#runs.get(key)?.abort();
    this.items.value = this.items.peek().filter((item) => item.key !== key);
    this.#forget(key);
    this.#remember();
  }

  retry(key) {
    const item = this.items.peek().find((one) => one.key === key);
    if (item) this.#send(item);
  }

  /** The server is there (again). */
  retryAll() {
    for (const item of this.items.peek()) if (item.state === 'waiting') this.#send(item);
  }

  /** The address of the picture, where it is in this browser. */
  picture(key) {
    return this.#pictures.get(key);
  }

  /** What a prompt that is sent now has to take along. */
  all() {
    return this.items.peek().map(described);
  }

  /** The prompt has them: the composer is free of them. */
  take() {
    this.items.value = [];
    this.#remember();
  }

  /** A prompt that was not sent after all brings its files back. */
  putBack(sessionId, files) {
    if (!files?.length) return;
    if (sessionId === this.#sessionId) {
      this.items.value = [...files.map((file) => ({ ...file, kept: true, state: file.id ? 'done' : 'waiting', part: 0 })), ...this.items.peek()];
      this.#remember();
    } else this.#storage.set(this.#name(sessionId), [...files, ...(this.#storage.get(this.#name(sessionId)) ?? [])]);
  }

  /** All of a prompt's files as the server knows them. Rejects as a request does, where one cannot be had there. */
  async settle(files) {
    const settled = [];
    for (const file of files ?? []) settled.push(file.id ? file : { ...file, ...await this.#up(file) });
    return settled;
  }

  /** The prompt is on disk: nothing of its files is needed here any more. */
  sent(files) {
    for (const { key } of files ?? []) this.#forget(key);
  }

  async #send(item, file) {
    this.#change(item.key, { state: 'sending', part: 0, error: null });
    try {
      const found = await this.#up(item, file);
      this.#change(item.key, { ...found, name: item.name, state: 'done', part: 1 });
      this.#arrived(item.key, found.id);
    } catch (error) {
      this.#failed(item, error);
    }
  }

  #failed({ key, attempts = 0 }, error) {
    const waits = verdict(error) === 'waits';
    this.#change(key, { state: waits ? 'waiting' : 'refused', error: error.message, attempts: attempts + 1 });
    if (waits) setTimeout(() => this.#again(key), pause(attempts + 1));
  }

  #again(key) {
    const item = this.items.peek().find((one) => one.key === key);
    if (item?.state === 'waiting') this.#send(item);
  }

  /** One upload a file, however many ask for it. */
  #up(item, file = null) {
    const known = this.#runs.get(item.key);
    if (known) return known.done;
    const breaker = new AbortController();
    const progress = (part) => this.#change(item.key, { part });
    const done = this.#content(item, file).then((data) => upload(data, item.name, { progress, signal: breaker.signal }));
    this.#runs.set(item.key, { done, abort: () => breaker.abort() });
    done.catch(() => null).finally(() => this.#runs.delete(item.key));
    return done;
  }

  async #content({ key, name }, file) {
    const data = file ?? await this.#vault.get('files', key);
    if (data) return data;
    throw Object.assign(new Error(t('composer.gone', { name })), { status: 410 });
  }

  #change(key, fields) {
    if (!this.items.peek().some((item) => item.key === key)) return;
    this.items.value = this.items.peek().map((item) => (item.key === key ? { ...item, ...fields } : item));
  }

  /** The server has it: so says the list that it stands in, whichever conversation is shown by now. */
  #arrived(key, id) {
    for (const name of this.#storage.names(LISTS)) {
      const listed = this.#storage.get(name) ?? [];
      if (listed.some((item) => item.key === key)) this.#storage.set(name, listed.map((item) => (item.key === key ? { ...item, id } : item)));
    }
  }

  #forget(key) {
    this.#vault.remove('files', key);
    if (this.#pictures.has(key)) URL.revokeObjectURL(this.#pictures.get(key));
    this.#pictures.delete(key);
  }

  #remember() {
    const listed = this.items.peek().filter(({ state }) => state !== 'refused').map(described);
    if (listed.length) this.#storage.set(this.#name(this.#sessionId), listed);
    else this.#storage.remove(this.#name(this.#sessionId));
  }

  #name(sessionId) {
    return LISTS + (sessionId ?? 'new');
  }
}
