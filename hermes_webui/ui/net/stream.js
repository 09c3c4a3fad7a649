// The one event stream of a page. It says where it wants to go on whenever it connects, so that nothing is missed and
// nothing comes twice; an EventSource by itself gives up at an HTTP error and repeats the place that it began with.

const FIRST_PAUSE_MS = 300;
const LAST_PAUSE_MS = 3000;

export class EventStream {
  #place;
  #receive;
  #away;
  #source = null;
  #timer = 0;
  #attempts = 0;

  /** `place()` gives `{session_id, after}` at the time of asking, or null where there is nothing to follow. */
  constructor({ place, receive, away }) {
    this.#place = place;
    this.#receive = receive;
    this.#away = away;
  }

  get live() {
    return this.#source?.readyState === EventSource.OPEN;
  }

  /** Connect, or connect anew from where the page is now. */
  connect() {
    this.close();
    const place = this.#place();
    if (!place) return;
    const query = new URLSearchParams(Object.entries(place).filter(([, value]) => value));
    const source = new EventSource(query.size ? `/api/events?${query}` : '/api/events');
    source.onopen = () => { this.#attempts = 0; };
    source.onmessage = (message) => this.#heard(source, message);
    source.onerror = () => this.#lost(source);
    this.#source = source;
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  /** The lid was opened, the network is back: do not wait for the next attempt. */
  nudge() {
    if (this.live) return;
    this.#attempts = 0;
    this.connect();
  }

  #heard(source, { data, lastEventId }) {
    if (source !== this.#source) return;
    const event = JSON.parse(data);
    this.#receive(lastEventId ? { ...event, cursor: lastEventId } : event);
  }

  #lost(source) {
    if (source !== this.#source) return;
    this.close();
    this.#away(this.#attempts);
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#attempts, LAST_PAUSE_MS);
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.connect(), pause);
  }
}
