// One connection to the server for all who follow: in a shared worker for every tab of this browser, in a page for that
// page alone. It says where each session goes on whenever it connects, so that nothing is missed and nothing comes twice.

import { advanced, cursorOf, isBehind, isPlaced, placeOf } from '../state/feed.js';

const FIRST_PAUSE_MS = 300;
const LAST_PAUSE_MS = 3000;
/** What a tab that is hidden, or has gone to another session, followed is sent for so long: it may come back. */
const LINGER_MS = 15_000;

export class Exchange {
  #open;
  #after;
  #readers = new Map(); // key -> {tell, session, place, greeted, parked, ready}; ready: the connection brings what it lacks
  #followed = new Map(); // session -> the place that the connection has come to; null: unknown
  #source = null;
  #timer = 0;
  #planned = 0;
  #attempts = 0;
  #hello = null;

  /** `open(url)` gives an EventSource; `after(ms, run)` plans something and gives a function that takes it back. */
  constructor({ open, after }) {
    this.#open = open;
    this.#after = after;
  }

  /** A reader joins, or has moved: `{session_id, after}` or nothing; `tell(message)` gets `{event}`, `{away}`, `{joined}`. */
  follow(key, { session_id: session = null, after = '' } = {}, tell = this.#readers.get(key)?.tell) {
    const reader = { tell, session, place: placeOf(after), greeted: false, parked: false, ready: false };
    this.#readers.get(key)?.unpark?.();
    this.#readers.set(key, reader);
    tell({ joined: true });
    if (!this.#source || !this.#reaches(reader)) return this.#renew();
    reader.ready = true;
    if (this.#hello && this.#isOpen()) this.#greet(reader);
    this.#plan();
    return undefined;
  }

  leave(key) {
    this.#readers.get(key)?.unpark?.();
    this.#readers.delete(key);
    if (this.#readers.size) this.#plan();
    else this.#close();
  }

  /** A tab that nobody sees gets the list's changes only; it comes back with `follow`. */
  park(key) {
    const reader = this.#readers.get(key);
    if (!reader?.session || reader.unpark) return;
    reader.unpark = this.#after(LINGER_MS, () => {
      reader.parked = true;
      this.#plan();
    });
  }

  /** The lid was opened, the network is back: do not wait for the next attempt. */
  nudge() {
    if (this.#isOpen() || !this.#readers.size) return;
    this.#attempts = 0;
    this.#connect();
  }

  #isOpen = () => this.#source?.readyState === 1;

  /** Whether the connection brings all that the reader lacks. */
  #reaches({ session, place }) {
    if (!session) return true;
    const now = this.#followed.get(session);
    return Boolean(now) && Boolean(place) && !isBehind(place, now);
  }

  /** Soon, so that ten tabs that come back at once cost one connection. */
  #renew() {
    this.#drop(this.#timer);
    this.#timer = this.#after(0, () => this.#connect());
  }

  /** What nobody follows any more is left out after a while. */
  #plan() {
    if (this.#planned) return;
    this.#planned = this.#after(LINGER_MS, () => {
      this.#planned = 0;
      const wanted = this.#wanted();
      if (this.#source && [...this.#followed.keys()].some((session) => !wanted.has(session))) this.#connect();
    });
  }

  /** The sessions that are looked at, each from where its reader with the least stands. */
  #wanted() {
    const wanted = new Map();
    for (const { session, place, parked } of this.#readers.values()) {
      if (!session || parked) continue;
      const least = wanted.get(session);
      if (!least || (place && isBehind(place, least))) wanted.set(session, place);
    }
    return wanted;
  }

  #connect() {
    this.#stop();
    this.#followed = this.#wanted();
    for (const reader of this.#readers.values()) reader.ready = true;
    const places = [...this.#followed].map(([session, place]) => ['follow', place ? `${session}@${cursorOf(place)}` : session]);
    const query = new URLSearchParams(places);
    const source = this.#open(query.size ? `/api/events?${query}` : '/api/events');
    source.onopen = () => { this.#attempts = 0; };
    source.onmessage = (message) => { if (source === this.#source) this.#heard(message); };
    source.onerror = () => { if (source === this.#source) this.#lost(); };
    this.#source = source;
  }

  #stop() {
    this.#drop(this.#timer);
    this.#timer = 0;
    this.#source?.close();
    this.#source = null;
  }

  #drop(planned) {
    if (typeof planned === 'function') planned();
  }

  #close() {
    this.#stop();
    this.#drop(this.#planned);
    this.#planned = 0;
    this.#attempts = 0;
    this.#hello = null;
  }

  #lost() {
    this.#stop();
    const attempts = this.#attempts++;
    for (const reader of this.#readers.values()) {
      reader.greeted = false;
      reader.tell({ away: attempts });
    }
    this.#timer = this.#after(Math.min(FIRST_PAUSE_MS * 2 ** attempts, LAST_PAUSE_MS), () => this.#connect());
  }

  #heard({ data, lastEventId }) {
    const event = JSON.parse(data);
    if (event.type === 'hello') return this.#greeted(event);
    if (event.list_version !== undefined) this.#hello = { ...this.#hello, list_version: event.list_version };
    if (event.type === 'store') this.#hello = { ...this.#hello, writable: event.writable };
    if (event.session_id === undefined || event.list_version !== undefined) return this.#all(event);
    return this.#share(isPlaced(event) ? { ...event, cursor: lastEventId } : event);
  }

  /** Who has been greeted hears of a new connection only where it missed something. */
  #greeted(hello) {
    const missed = ['boot', 'list_version', 'ui', 'writable'].some((name) => this.#hello?.[name] !== hello[name]);
    this.#hello = hello;
    for (const reader of this.#readers.values()) if (missed || !reader.greeted) this.#greet(reader);
  }

  #greet(reader) {
    reader.greeted = true;
    reader.tell({ event: this.#hello });
  }

  #all(event) {
    for (const { tell } of this.#readers.values()) tell({ event });
  }

  #share(event) {
    const session = event.session_id;
    const now = this.#followed.get(session);
    if (event.type === 'reload') this.#followed.set(session, null);
    else if (now && isPlaced(event)) this.#followed.set(session, advanced(now, event));
    for (const reader of this.#readers.values()) {
      const follows = reader.session === session && reader.ready && !reader.parked;
      if (follows && this.#lacks(reader, event)) reader.tell({ event });
    }
  }

  #lacks(reader, event) {
    if (!reader.place || !isPlaced(event)) return true;
    const place = advanced(reader.place, event);
    if (place === reader.place) return false;
    reader.place = place;
    return true;
  }
}
