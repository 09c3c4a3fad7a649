// Which model answers: the session's, or the one last chosen in this browser, or the server's default.

import { computed, signal } from '@preact/signals';

export class Models {
  #page;
  #storage;
  #last;
  #known = signal({ providers: [], default: null });

  constructor(page, storage) {
    this.#page = page;
    this.#storage = storage;
    this.#last = signal(storage.get('model'));
    this.providers = computed(() => this.#known.value.providers);
    /** `{engine, model_provider, model}` or null where the server decides. */
    this.choice = computed(() => this.#ofSession(page.store.conversation.value.session) ?? this.#last.value ?? this.#default());
    this.name = computed(() => this.#nameOf(this.choice.value));
  }

  async load() {
    this.#known.value = await this.#page.api.get('/api/models').catch(() => this.#known.peek());
  }

  async choose(provider, model) {
    const choice = { engine: provider.engine, model_provider: provider.id, model: model.id };
    this.#last.value = choice;
    this.#storage.set('model', choice);
    const session_id = this.#page.store.conversation.peek().sessionId;
    if (session_id) await this.#page.ask('/api/session/configure', { session_id, ...choice });
  }

  #ofSession(session) {
    if (!session?.model) return null;
    const provider = this.providers.value.find((one) => one.id === session.model_provider);
    const engine = session.engine || provider?.engine; // a conversation that came from elsewhere names no engine
    return { engine, model_provider: session.model_provider, model: session.model };
  }

  #default() {
    const chosen = this.#known.value.default;
    return chosen ? { engine: chosen.engine, model_provider: chosen.provider, model: chosen.model } : null;
  }

  #nameOf(choice) {
    if (!choice) return 'Model';
    const provider = this.providers.value.find((one) => one.id === choice.model_provider);
    const model = provider?.models?.find((one) => one.id === choice.model);
    return model?.name || choice.model || provider?.name || 'Model';
  }
}
