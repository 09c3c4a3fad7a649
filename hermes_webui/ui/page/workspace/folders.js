// Which folder a conversation works in: where one may be, what lies there, and those that were used lately.

import { signal } from '@preact/signals';
import { ranked } from '../../state/commands.js';

const LATELY = 6;

export class Folders {
  #cabinet;
  #asked = 0;
  /** As `GET /api/workspace/roots` gives it, or null. */
  told = signal(null);
  /** The folder that is looked into: `{path, parent, folders: [{name, path}]}`; null: the roots. */
  inside = signal(null);
  error = signal(null);

  constructor(cabinet) {
    this.#cabinet = cabinet;
  }

  get recent() {
    return this.#cabinet.page.storage.get('workspaces') ?? [];
  }

  get terminal() {
    return Boolean(this.told.value?.terminal);
  }

  async load() {
    try {
      this.told.value = await this.#cabinet.page.api.get('/api/workspace/roots');
      this.error.value = null;
    } catch (error) {
      this.error.value = error;
    }
  }

  /** Looks into a folder; null: back to the roots. */
  async look(path) {
    const asked = ++this.#asked;
    if (path === null) {
      this.inside.value = null;
      return;
    }
    try {
      const inside = await this.#cabinet.page.api.get('/api/workspace/folders', { path });
      if (asked !== this.#asked) return;
      this.inside.value = inside;
      this.error.value = null;
    } catch (error) {
      if (asked === this.#asked) this.error.value = error;
    }
  }

  /** What can be gone into here, as far as it fits the query: `[{name, path}]`. */
  listed(query) {
    const all = this.inside.value?.folders ?? this.told.value?.roots ?? [];
    return ranked(query, all, ({ name, path }) => `${name} ${path}`);
  }

  /** The folder becomes the conversation's. A new conversation gets its id for that. Whether it did. */
  async choose(path) {
    const { page, sessionId } = this.#cabinet;
    const done = sessionId ? await page.ask('/api/session/configure', { session_id: sessionId, workspace: path }) : await this.#begin(path);
    if (!done) return false;
    if (!page.workspace.root.peek()) await page.reading.load(); // of a conversation that is nowhere yet the stream tells nothing
    page.storage.set('workspaces', [path, ...this.recent.filter((one) => one !== path)].slice(0, LATELY));
    this.#cabinet.choosing.value = false;
    this.#cabinet.focus.value = { to: 'tree' };
    return true;
  }

  async #begin(workspace) {
    const { store, drafting, router, models, stream } = this.#cabinet.page;
    const answer = await this.#cabinet.page.ask('/api/session/new', { ...models.choice.peek(), workspace });
    if (!answer || store.conversation.peek().sessionId !== null) return null;
    const { session } = answer;
    store.dispatch({ type: 'session.opened', session_id: session.session_id, adopt: session });
    drafting.adopt(session.session_id);
    router.settle(session.session_id);
    stream.connect();
    return answer;
  }
}
