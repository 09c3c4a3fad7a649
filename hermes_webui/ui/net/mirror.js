// A second copy of what waits to be sent. The browser's storage takes a text within the key press that sends it, but may
// write it seconds later; IndexedDB takes a moment, but then it is on the disk. A prompt is in both until the server has
// it: the first outlives the page, the second the browser and the machine.

const OUTBOX = 'outbox';
const WAITS = 'outbox.';
/** Says that a prompt is gone, until its copy is gone too. */
const GONE = 'gone.';

export class Mirror {
  #storage;
  #vault;

  constructor(storage, vault) {
    this.#storage = storage;
    this.#vault = vault;
  }

  put(item) {
    return this.#vault.put(OUTBOX, item.key, item);
  }

  async remove(key) {
    this.#storage.set(GONE + key, 1);
    if (await this.#vault.remove(OUTBOX, key)) this.#storage.remove(GONE + key);
  }

  /** What the storage has lost comes back into it. Twice does not matter: the server adds a key once. */
  async restore() {
    for (const item of await this.#vault.all(OUTBOX)) {
      const { key } = item ?? {};
      if (!key) continue;
      if (this.#storage.get(GONE + key)) await this.remove(key);
      else if (!this.#storage.get(WAITS + key)) this.#storage.set(WAITS + key, item);
    }
  }
}
