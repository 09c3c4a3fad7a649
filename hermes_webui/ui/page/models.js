// Which model answers: the session's, or the one last chosen in this browser, or the server's default.

import { computed, signal } from '@preact/signals';
import { firstOffered, given, ofSession, providerOf } from '../state/choice.js';
import { LATELY, modelKey, toggled } from '../state/models.js';
import { t } from '../words/words.js';

export class Models {
  #page;
  #storage;
  #last;
  #known = signal({ providers: [], default: null });
  /** Chosen in the new conversation of this number (`view`): `{view, profile?, model?}`; in the next one nothing is. */
  #begun = signal({});

  constructor(page, storage) {
    this.#page = page;
    this.#storage = storage;
    this.#last = signal(storage.get('model'));
    /** Keys of models that this browser keeps at the top, and of those that it used lately. */
    this.favourites = signal(storage.get('favouriteModels') ?? []);
    this.recent = signal(storage.get('recentModels') ?? []);
    this.providers = computed(() => this.#known.value.providers);
    /** What a new conversation may begin with: `{id, name, default, engine, model_provider, model}` each. */
    this.profiles = computed(() => this.#known.value.profiles ?? []);
    /** What the one that has not begun begins with: a profile, or null. */
    this.profile = computed(() => this.#profile());
    const own = computed(() => ofSession(page.store.standing.value.session, this.providers.value));
    /** The session's model where this server has not got it; another answers then. */
    this.missing = computed(() => {
      const known = this.providers.value.length > 0;
      return known && own.value && !providerOf(own.value, this.providers.value) ? own.value.model : null;
    });
    /** `{engine, model_provider, model}`, each where known, or null where the server decides. */
    this.choice = computed(() => this.#choose(own.value, this.missing.value));
    this.chosenKey = computed(() => modelKey(this.choice.value?.model_provider, this.choice.value?.model));
    this.used = computed(() => this.#nameOf(this.choice.value));
    this.name = computed(() => (this.missing.value ? t('composer.not-here', { name: this.missing.value }) : this.used.value));
    /** How many tokens the chosen model reads at once; null where that is not known. */
    this.length = computed(() => this.#modelOf(this.choice.value)?.context_length ?? null);
    /** Whether the chosen model reads images; null where that is not known. */
    this.readsImages = computed(() => this.#modelOf(this.choice.value)?.images ?? null);
    /** Whether the reply that is being written takes a prompt at its next step. */
    this.canSteer = computed(() => Boolean(this.#known.value.steers?.includes(page.store.standing.value.run?.engine)));
    /** Is there nothing but the demo? */
    this.onlyDemo = computed(() => {
      const ready = this.providers.value.filter((one) => one.ready);
      return ready.length > 0 && ready.every((one) => one.engine === 'demo');
    });
  }

  /** Where nothing answers yet, whoever comes back to the page may just have started something. */
  watch() {
    this.load();
    addEventListener('focus', () => { if (this.onlyDemo.peek()) this.load(); });
  }

  async load() {
    this.#known.value = await this.#page.api.get('/api/models').catch(() => this.#known.peek());
  }

  async choose(provider, model) {
    const choice = given({ engine: provider.engine, model_provider: provider.id, model: model.id });
    this.#last.value = choice;
    this.#storage.set('model', choice);
    this.#begun.value = { ...this.#chosenHere(), model: true };
    const key = modelKey(provider.id, model.id);
    this.recent.value = [key, ...this.recent.peek().filter((one) => one !== key)].slice(0, LATELY * 2);
    this.#storage.set('recentModels', this.recent.peek());
    const session_id = this.#page.store.conversation.peek().sessionId;
    if (session_id) await this.#page.ask('/api/session/configure', { session_id, ...choice });
  }

  isChosen({ provider, model }) {
    return this.chosenKey.value === modelKey(provider.id, model.id);
  }

  like(key) {
    this.favourites.value = toggled(this.favourites.peek(), key);
    this.#storage.set('favouriteModels', this.favourites.peek());
  }

  /** Where the session's model is missing, the server's default takes its place, not what was chosen elsewhere. */
  #choose(own, missing) {
    const begins = this.#chosenHere().model || !this.profile.value?.model ? null : whoOf(this.profile.value);
    const choices = missing ? [this.#default()] : [own, begins, this.#last.value, this.#default()];
    return firstOffered(choices, this.providers.value);
  }

  /** `''` for none. It brings its model along, until another one is chosen by hand. */
  begin(profile) {
    this.#begun.value = { view: this.#page.store.conversation.peek().view, profile };
  }

  /** For `session/new`: the profile of a conversation that has not begun, by its id; nothing where there are none. */
  beginning() {
    return this.profiles.peek().length ? { profile: this.profile.peek()?.id ?? '' } : {};
  }

  #chosenHere() {
    const { view } = this.#page.store.standing.value;
    return this.#begun.value.view === view ? this.#begun.value : { view };
  }

  #profile() {
    if (this.#page.store.standing.value.sessionId !== null) return null;
    const { profile } = this.#chosenHere();
    return this.profiles.value.find((one) => (profile === undefined ? one.default : one.id === profile)) ?? null;
  }

  #default() {
    const { engine, provider, model } = this.#known.value.default ?? {};
    return model ? given({ engine, model_provider: provider, model }) : null;
  }

  #nameOf(choice) {
    if (!choice) return t('composer.model');
    const provider = this.providers.value.find((one) => one.id === choice.model_provider);
    return this.#modelOf(choice)?.name || choice.model || provider?.name || t('composer.model');
  }

  #modelOf(choice) {
    const provider = this.providers.value.find((one) => one.id === choice?.model_provider);
    return provider?.models?.find((one) => one.id === choice.model);
  }
}

const whoOf = ({ engine, model_provider, model }) => given({ engine, model_provider, model });
