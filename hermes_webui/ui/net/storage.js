// This browser's own memory. A browser that forbids it (private mode, a full quota) costs drafts, never the page.

const PREFIX = 'hermes.';

export class BrowserStorage {
  #area;

  constructor(area) {
    this.#area = area;
  }

  get(name) {
    try {
      return JSON.parse(this.#area.getItem(PREFIX + name));
    } catch (error) {
      console.warn('unreadable entry of the browser storage', name, error);
      return null;
    }
  }

  /** Whether it was kept. */
  set(name, value) {
    try {
      this.#area.setItem(PREFIX + name, JSON.stringify(value));
      return true;
    } catch (error) {
      console.warn('the browser storage takes no writes', error);
      return false;
    }
  }

  remove(name) {
    this.#area.removeItem(PREFIX + name);
  }

  names(prefix) {
    const all = Array.from({ length: this.#area.length }, (_, at) => this.#area.key(at));
    return all.filter((name) => name?.startsWith(PREFIX + prefix)).map((name) => name.slice(PREFIX.length));
  }
}
