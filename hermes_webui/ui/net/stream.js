// The events that a page follows: from the connection that all tabs of this browser share, or, where there are no shared
// workers (Chrome on Android), from one of its own.

import { Exchange } from './exchange.js'; // not when it is needed: that is when the server may be away

const ANSWERS_WITHIN_MS = 5000;
const SIGN_OF_LIFE_MS = 60_000;
/** A hidden tab with a connection of its own gives it up, for there are only six. */
const ALONE_HIDDEN_MS = 15_000;

export class EventStream {
  #place;
  #receive;
  #away;
  #send = null;
  #overdue = 0;

  /** `place()` gives `{session_id, after}` at the time of asking, or null where there is nothing to follow. */
  constructor({ place, receive, away }) {
    this.#place = place;
    this.#receive = receive;
    this.#away = away;
    addEventListener('pagehide', () => this.close());
    addEventListener('pageshow', ({ persisted }) => persisted && this.connect());
    addEventListener('visibilitychange', () => document.hidden && this.#send?.({ verb: 'park' }));
  }

  /** Follow, or follow anew from where the page is now. */
  connect() {
    const place = this.#place();
    if (!place) return this.close();
    this.#send ??= this.#shared() ?? this.#own();
    return this.#send({ verb: 'follow', place });
  }

  close() {
    this.#send?.({ verb: 'leave' });
  }

  /** The lid was opened, the network is back, the tab is looked at again: do not wait for the next attempt. */
  nudge() {
    if (!this.#send) return;
    this.connect();
    this.#send({ verb: 'nudge' });
  }

  #told({ event, away, joined }) {
    if (joined) this.#overdue = clearTimeout(this.#overdue);
    if (event) this.#receive(event);
    if (away !== undefined) this.#away(away);
  }

  /** The way to the shared worker; null where there is none. */
  #shared() {
    try {
      const worker = new SharedWorker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'hermes' });
      worker.onerror = () => this.#alone(worker.port);
      worker.port.onmessage = ({ data }) => this.#told(data);
      this.#overdue = setTimeout(() => this.#alone(worker.port), ANSWERS_WITHIN_MS);
      this.#live(worker.port);
      return (message) => worker.port.postMessage(message);
    } catch {
      return null; // a browser without them, or one that forbids them here
    }
  }

  /** The worker could not be had, or says nothing: this page follows by itself. */
  #alone(port) {
    clearTimeout(this.#overdue);
    if (!port.onmessage) return;
    port.onmessage = null;
    port.postMessage({ verb: 'leave' });
    this.#send = this.#own();
    this.connect();
  }

  /** How the worker knows that this tab is there. */
  #live(port) {
    const lock = `hermes.tab.${Math.random().toString(36).slice(2)}`;
    const held = () => {
      port.postMessage({ verb: 'lives', lock });
      return new Promise(() => {});
    };
    if (navigator.locks) navigator.locks.request(lock, held).catch(() => null);
    else setInterval(() => port.postMessage({ verb: 'here' }), SIGN_OF_LIFE_MS);
  }

  #own() {
    const after = (ms, run) => {
      const id = setTimeout(run, ms);
      return () => clearTimeout(id);
    };
    const tell = (message) => this.#told(message);
    const exchange = new Exchange({ open: (url) => new EventSource(url), after });
    return ({ verb, place }) => {
      if (verb === 'nudge') exchange.nudge();
      else if (verb === 'follow') exchange.follow('page', place, tell);
      else if (verb === 'leave') exchange.leave('page');
      else if (verb === 'park') after(ALONE_HIDDEN_MS, () => document.hidden && exchange.leave('page'));
    };
  }
}
