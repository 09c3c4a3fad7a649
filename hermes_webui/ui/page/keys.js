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
