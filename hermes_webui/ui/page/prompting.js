// The way to what `/` and `@` offer (`offering.js`), which is fetched when one of them is typed.

import { computed, signal } from '@preact/signals';
import { toComposer } from '../components/focus.js';
import { styled } from '../components/styled.js';
import { t } from '../words/words.js';

const MAYBE = /^[/／]|[@＠]/;

export class Prompting {
  #page;
  #coming = null;
  offering = signal(null);
  /** `{kind, items}`, or null where nothing is asked for. */
  offer = computed(() => this.offering.value?.offer.value ?? null);
  /** Which of the offered is meant. */
  at = computed(() => this.offering.value?.at.value ?? 0);

  constructor(page) {
    this.#page = page;
    const press = (selector) => document.querySelector(`.composer ${selector}`)?.click();
    const add = (name, title, run) => page.commands.add({ id: `composer.${name}`, group: 'chat', title: () => t(title), run });
    add('attach', 'composer.attach', () => press('input[type=file]'));
    add('model', 'composer.choose-model', () => press('.model'));
    add('prompt', 'composer.insert-prompt', () => this.choose());
  }

  /** The text or the caret has changed. */
  look(field) {
    if (this.offering.peek()) this.offering.peek().look(field);
    else if (MAYBE.test(field.value)) this.#fetch().then((offering) => offering.look(field));
  }

  dismiss() {
    this.offering.peek()?.dismiss();
  }

  /** Whether the key was for the list. */
  pressed(event) {
    return this.offering.peek()?.pressed(event) ?? false;
  }

  toNextPlace(field) {
    return this.offering.peek()?.toNextPlace(field) ?? false;
  }

  /** As if one had typed `@`. */
  choose() {
    const { drafting } = this.#page;
    const typed = drafting.text.peek();
    toComposer();
    drafting.edit(!typed || /\s$/.test(typed) ? `${typed}@` : `${typed} @`);
    requestAnimationFrame(() => {
      const field = document.getElementById('composer');
      field.setSelectionRange(field.value.length, field.value.length);
      this.look(field);
    });
  }

  async keep(text) {
    const { ask } = await styled('composer-late', import('../components/keep-prompt.js'));
    const title = await ask(text);
    const answer = title && await this.#page.ask('/api/prompts/save', { title, text });
    if (answer) this.#page.toasts.add(t('composer.prompt-kept', { name: title }));
    toComposer();
  }

  #fetch() {
    this.#coming ??= import('./offering.js').then(({ Offering }) => {
      this.offering.value = new Offering(this.#page);
      return this.offering.value;
    });
    return this.#coming;
  }
}
