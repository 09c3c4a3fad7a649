// What the page knows of agents and of tools: which modes and commands the session's agent has, what the session's own
// tools and personality are. Asked for when it is looked at.

import { computed, signal } from '@preact/signals';

export class Agents {
  #page;
  #last = Promise.resolve();
  /** `[{id, name, description, tools}]` and the ids of those that a session has by default; null while not known. */
  toolsets = signal(null);
  /** `[{id, name, prompt}]`. */
  personalities = signal([]);
  /** What the session's agent says of it. */
  told = computed(() => this.#page.store.standing.value.agent);
  /** Who answers next, as it was known before: an agent's modes are there before it has opened a session. */
  #next = computed(() => this.#page.models.providers.value.find(({ id }) => id === this.#page.models.choice.value?.model_provider));
  modes = computed(() => this.told.value.modes ?? this.#next.value?.modes ?? []);
  mode = computed(() => this.modes.value.find(({ id }) => id === (this.told.value.mode ?? this.#next.value?.mode)) ?? null);
  /** Do the session's answers come from the engine that has tools of its own? */
  hasTools = computed(() => (this.#page.models.choice.value?.engine ?? '') === 'model');

  constructor(page) {
    this.#page = page;
  }

  /** A server without tools of its own offers none. */
  async load() {
    const { api } = this.#page;
    const [tools, known] = await Promise.all([api.get('/api/tools').catch(() => null), api.get('/api/personalities').catch(() => null)]);
    this.toolsets.value = tools && { all: tools.toolsets, default: tools.default, withWorkspace: tools.default_with_workspace };
    this.personalities.value = known?.personalities ?? [];
  }

  /** The ids of the session's tool sets. */
  get enabled() {
    const { session } = this.#page.store.standing.value;
    const known = this.toolsets.value;
    return session?.enabled_toolsets ?? (session?.workspace ? known?.withWorkspace : null) ?? known?.default ?? [];
  }

  get personality() {
    return this.#page.store.standing.value.session?.personality ?? '';
  }

  switchSet(id, on) {
    return this.#configure(() => {
      const all = this.enabled.filter((one) => one !== id);
      return { enabled_toolsets: on ? [...all, id] : all };
    });
  }

  choosePersonality(id) {
    return this.#configure(() => ({ personality: id }));
  }

  /** A new conversation is begun for it. */
  async chooseMode(mode) {
    const { store, sending } = this.#page;
    const session_id = store.conversation.peek().sessionId ?? await sending.begin();
    const answer = session_id && await this.#page.ask('/api/session/mode', { session_id, mode });
    if (answer?.agent) store.dispatch({ type: 'agent', session_id, agent: answer.agent });
  }

  /** One after the other: a second wish builds on the first. */
  #configure(wish) {
    this.#last = this.#last.then(() => this.#set(wish()));
    return this.#last;
  }

  /** A new conversation is begun for it. */
  async #set(fields) {
    const { store, sending } = this.#page;
    const session_id = store.conversation.peek().sessionId ?? await sending.begin();
    const answer = session_id && await this.#page.ask('/api/session/configure', { session_id, ...fields });
    if (answer) store.dispatch({ type: 'session.told', session_id, fields });
  }
}
