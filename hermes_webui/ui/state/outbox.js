// Prompts that this browser has been given and that the server has not yet acknowledged. Each has a key of its own; the
// server adds a key once, so that sending again is always safe.

/** What happens to a prompt whose sending failed: it `waits` (tried again by itself) or has `failed` (a person decides). */
export function verdict(error) {
  const status = error?.status ?? 0;
  if (status === 404) return 'new-session';
  return status === 0 || status === 401 || status === 429 || status >= 500 ? 'waits' : 'failed';
}

/** When to try again after so many attempts (ms). */
export const pause = (attempts) => Math.min(1000 * 2 ** Math.max(attempts - 1, 0), 30_000);

/** The store: one entry of `storage` a prompt, so that two tabs never overwrite each other's. */
export class Outbox {
  #storage;
  #mirror;

  /** `mirror` is told what is put and removed: it keeps a second copy. */
  constructor(storage, mirror = null) {
    this.#storage = storage;
    this.#mirror = mirror;
  }

  /** Whether it is kept through a reload; where it is not, it waits in memory. */
  put(item) {
    this.#mirror?.put(item);
    return this.#storage.set(`outbox.${item.key}`, item);
  }

  get(key) {
    return this.#storage.get(`outbox.${key}`);
  }

  remove(key) {
    this.#mirror?.remove(key);
    this.#storage.remove(`outbox.${key}`);
  }

  /** All that waits, oldest first. */
  all() {
    const items = this.#storage.names('outbox.').map((name) => this.#storage.get(name));
    return items.filter((item) => item?.key).sort((one, other) => one.at - other.at);
  }

  /** What waits for one session; `null` stands for the conversation that has no id yet. */
  of(sessionId) {
    return this.all().filter((item) => (item.session_id ?? null) === sessionId);
  }
}
