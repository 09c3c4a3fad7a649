// The terminal of the workspace. The server keeps it and what it has shown: a page that is reloaded finds it again, and the
// stream goes on from the byte that was shown last.

import { signal } from '@preact/signals';

const KEPT = 'terminal.';
const AGAIN_MS = 1500;

export class Shell {
  #cabinet;
  #source = null;
  #screen = null;
  #size = { cols: 80, rows: 24 };
  #typed = '';
  #sending = false;
  #offset = 0;
  #timer = 0;
  /** none | opening | open | away | ended | failed */
  state = signal('none');
  error = signal(null);

  constructor(cabinet) {
    this.#cabinet = cabinet;
  }

  get #key() {
    return KEPT + this.#cabinet.sessionId;
  }

  get #id() {
    return this.#cabinet.page.storage.get(this.#key);
  }

  /** Another conversation: its terminal is another one. This one goes on on the server. */
  begin() {
    this.#leave();
    this.state.value = 'none';
    this.error.value = null;
    this.#screen?.clear();
    if (this.#screen && this.#cabinet.ready.peek()) this.start();
  }

  /** `screen` draws: `{write(bytes), clear(), focus()}`. Shown from the beginning of what the server has kept. */
  attach(screen) {
    this.#screen = screen;
    this.start();
  }

  detach() {
    this.#screen = null;
    this.#leave();
  }

  #leave() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#offset = 0;
    this.#typed = '';
  }

  async start() {
    if (this.#id) return this.#follow();
    this.state.value = 'opening';
    try {
      const { terminal_id } = await this.#post('open', { session_id: this.#cabinet.sessionId, ...this.#size });
      this.#cabinet.page.storage.set(this.#key, terminal_id);
      this.#follow();
    } catch (error) {
      this.error.value = error;
      this.state.value = 'failed';
    }
    return null;
  }

  #post(what, body) {
    return this.#cabinet.page.api.post(`/api/terminal/${what}`, body);
  }

  #follow() {
    this.#source?.close();
    const source = new EventSource(`/api/terminal/stream?${new URLSearchParams({ terminal_id: this.#id, after: this.#offset })}`);
    this.#source = source;
    source.onopen = () => { this.state.value = 'open'; };
    source.onmessage = ({ data, lastEventId }) => this.#told(JSON.parse(data), lastEventId);
    source.onerror = () => {
      if (source !== this.#source) return;
      source.close();
      this.#lost();
    };
  }

  #told({ type, data }, id) {
    if (type === 'output') this.#screen?.write(Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0)));
    if (id) this.#offset = id;
    if (type === 'exit') this.#end();
  }

  #end() {
    this.#leave();
    this.#cabinet.page.storage.remove(this.#key);
    this.state.value = 'ended';
  }

  /** An EventSource does not say why it failed: a request does. */
  async #lost() {
    this.state.value = 'away';
    const gone = await this.#post('resize', { terminal_id: this.#id, ...this.#size }).then(() => false, ({ status }) => status === 404 || status === 403);
    if (!this.#screen) return;
    if (gone) this.#end();
    else this.#timer = setTimeout(() => this.#follow(), AGAIN_MS);
  }

  /** What is typed goes out in its order, all that has gathered at once. */
  async type(text) {
    this.#typed += text;
    if (this.#sending) return;
    this.#sending = true;
    while (this.#typed && this.#id) {
      const data = this.#typed;
      this.#typed = '';
      await this.#post('input', { terminal_id: this.#id, data }).catch((error) => this.#cabinet.tell(error));
    }
    this.#sending = false;
  }

  resize(size) {
    this.#size = size;
    if (this.#id && this.state.peek() === 'open') this.#post('resize', { terminal_id: this.#id, ...size }).catch(() => null);
  }

  /** A new one in the place of one that has ended. */
  again() {
    this.#screen?.clear();
    this.error.value = null;
    this.start();
  }

  close() {
    const terminal_id = this.#id;
    this.#end();
    if (terminal_id) this.#post('close', { terminal_id }).catch(() => null);
  }
}
