// This browser's IndexedDB: files that the server has not got yet, and a second copy of what waits to be sent. Where it is
// forbidden or full, `put` says so; nothing throws.

const NAME = 'hermes';
const STORES = ['files', 'outbox'];

export class Vault {
  #factory;
  #opening = null;

  /** `factory()` gives the browser's IndexedDB; where that is forbidden, even naming it throws. */
  constructor(factory) {
    this.#factory = factory;
  }

  /** Whether it is kept, on the disk of this machine. */
  put(store, key, value) {
    return this.#run(store, 'readwrite', (all) => all.put(value, key)).then(() => true, (error) => refused(error, false));
  }

  get(store, key) {
    return this.#run(store, 'readonly', (all) => all.get(key)).then((found) => found ?? null, (error) => refused(error, null));
  }

  remove(store, key) {
    return this.#run(store, 'readwrite', (all) => all.delete(key)).then(() => true, (error) => refused(error, false));
  }

  all(store) {
    return this.#run(store, 'readonly', (all) => all.getAll()).catch((error) => refused(error, []));
  }

  async #run(store, mode, work) {
    const database = await (this.#opening ??= this.#open());
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: 'strict' });
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  #open() {
    return new Promise((resolve, reject) => {
      const request = this.#factory().open(NAME, 1);
      request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error('blocked'));
    });
  }
}

function refused(error, instead) {
  console.warn('IndexedDB is closed to this page, or full', error);
  return instead;
}
