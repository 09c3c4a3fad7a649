// This browser's own memory. A browser that forbids it (private mode, a full quota) costs drafts, never the page: what it
// does not take is held by this page, for as long as the page is open.

const PREFIX = 'hermes.';

/** The area that `ask` gives, or null: where storage is forbidden, even naming it throws. */
export function areaOf(ask) {
  try {
    return ask();
  } catch {
    return null;
  }
}

export class BrowserStorage {
  #area;
  #refused;
  #memory = new Map();

  /** `refused()` is told, once, that something is not kept. */
  constructor(area, refused = () => {}) {
    this.#area = area;
    this.#refused = refused;
    if (!area) this.#tell(null);
  }

  get(name) {
    const text = this.#memory.get(name) ?? this.#ask((area) => area.getItem(PREFIX + name));
    try {
      return JSON.parse(text ?? null);
    } catch (error) {
      console.warn('unreadable entry of the browser storage', name, error);
      return null;
    }
  }

  /** Whether it was kept, so that it survives a reload. */
  set(name, value) {
    const text = JSON.stringify(value);
    const kept = this.#ask((area) => { area.setItem(PREFIX + name, text); return true; }) === true;
    if (kept) this.#memory.delete(name);
    else this.#memory.set(name, text);
    return kept;
  }

  remove(name) {
    this.#memory.delete(name);
    const gone = this.#ask((area) => { area.removeItem(PREFIX + name); return true; });
    if (!gone && this.#area) this.#memory.set(name, 'null'); // an entry that cannot be taken away is not read again
  }

  names(prefix) {
    const stored = this.#ask((area) => Array.from({ length: area.length }, (_, at) => area.key(at))) ?? [];
    const own = stored.filter((name) => name?.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
    return [...new Set([...own, ...this.#memory.keys()])].filter((name) => name.startsWith(prefix));
  }

  #ask(work) {
    try {
      return this.#area ? work(this.#area) : null;
    } catch (error) {
      this.#tell(error);
      return null;
    }
  }

  #tell(error) {
    console.warn('the browser storage is closed to this page, or full', error);
    this.#refused();
    this.#refused = () => {};
  }
}
