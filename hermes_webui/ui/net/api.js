// Requests to the server. A failure is an ApiError with the server's own code and sentence; status 0 means: not reached.

import { t } from '../words/words.js';

/** A request that hangs is one that failed: what asks again does so under the same key. */
const LIMIT_MS = 30_000;

export class ApiError extends Error {
  constructor(status, { code = 'unreachable', message = t('app.unreachable'), ...details } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export class Api {
  #fetch;
  #unauthorized;
  #early;

  /** `early`: what is asked already, `Map(address → promise of a response)`; each is taken once. */
  constructor(fetch, unauthorized, early = new Map()) {
    this.#fetch = fetch;
    this.#unauthorized = unauthorized;
    this.#early = early;
  }

  /** What was asked early and not taken by now is too old to be taken. */
  begun() {
    this.#early.clear();
  }

  get(path, params = {}) {
    const address = addressOf(path, params);
    const early = this.#early.get(address);
    this.#early.delete(address);
    return this.#ask(address, { headers: { accept: 'application/json' } }, null, early);
  }

  /** An answer that is a text; it may be long and take its time. */
  text(path, params = {}) {
    return this.#ask(addressOf(path, params), { signal: null }, (response) => response.text());
  }

  post(path, body = {}, options = {}) {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body), ...options });
  }

  /** What the server itself ends when it takes too long, with a sentence of its own: it may start a program first. */
  patiently(path, body) {
    return this.post(path, body, { signal: null });
  }

  async #ask(path, options, read = null, early = null) {
    const response = await this.#reach(path, options, early);
    if (read && response.ok) return read(response);
    const body = await response.json().catch(() => ({}));
    if (response.ok) return body;
    if (response.status === 401 && path !== '/api/login') this.#unauthorized();
    throw new ApiError(response.status, body.error ?? { code: 'internal', message: t('app.answered', { status: String(response.status) }) });
  }

  async #reach(path, options, early) {
    try {
      return await (early ?? this.#fetch(path, { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MS), ...options }));
    } catch {
      throw new ApiError(0);
    }
  }
}

function addressOf(path, params) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== undefined && value !== null));
  return query.size ? `${path}?${query}` : path;
}
