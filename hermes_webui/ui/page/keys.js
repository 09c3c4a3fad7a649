// Keys that a client makes up, and one tab at a time where the browser can see to it.

/** 128 random bits; `crypto.randomUUID` is missing where the page is not served over https or from this machine. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Run `work` while no other tab runs it. Without locks both may: the server adds a key only once. */
export function withLock(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}

/** Names this page to the other tabs for as long as it lives, and says which of such names are of tabs that do. */
export class Presence {
  own = newKey();

  constructor() {
    navigator.locks?.request(`hermes.writes.${this.own}`, () => new Promise(() => {}));
  }

  /** Of living tabs other than this one, as a set. A browser without locks knows of none. */
  async others() {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    const names = held.map(({ name }) => /^hermes\.writes\.(.+)$/.exec(name)?.[1]);
    return new Set(names.filter((name) => name && name !== this.own));
  }
}
