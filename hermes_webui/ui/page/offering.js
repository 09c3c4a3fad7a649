// What `/` and `@` offer in the composer, and the prompts that are kept to be used again. Fetched by `prompting.js`.

import { computed, signal } from '@preact/signals';
import { toComposer } from '../components/focus.js';
import { composing } from '../state/commands.js';
import { asked, commandsFor, filesOf, filled, mentionsFor, nextPlace } from '../state/suggest.js';
import { t } from '../words/words.js';
import { Mentions } from './workspace/mentions.js';

export class Offering {
  #page;
  #asked = signal(null);
  #dismissed = null;
  #prompts = signal([]);
  #mentions;
  /** Which of the offered is meant. */
  at = signal(0);
  /** `{kind, items, lacks: no folder to name files of, bare: nothing is offered but the way to one}`, or null where nothing is asked for. */
  offer = computed(() => this.#offer(this.#asked.value));

  constructor(page) {
    this.#page = page;
    this.#mentions = new Mentions(page);
  }

  /** The text or the caret has changed. */
  look({ value, selectionStart, selectionEnd }) {
    const wish = selectionStart === selectionEnd ? asked(value, selectionStart) : null;
    if (!wish) this.#dismissed = null;
    if (wish && this.#dismissed === `${wish.kind}${wish.from}`) return;
    const known = this.#asked.peek();
    if (wish?.kind === known?.kind && wish?.query === known?.query && wish?.from === known?.from) return;
    if (wish?.kind === 'mention' && known?.kind !== 'mention') this.load();
    if (wish?.kind === 'mention') this.#mentions.look(wish.query);
    this.#asked.value = wish;
    this.at.value = 0;
  }

  dismiss() {
    const wish = this.#asked.peek();
    this.#dismissed = wish && `${wish.kind}${wish.from}`;
    this.#asked.value = null;
  }

  /** Whether the key was for the list. */
  pressed(event) {
    const items = this.offer.peek()?.items ?? [];
    const { key } = event;
    if (!items.length || composing(event)) return false;
    const by = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (by) this.at.value = (this.at.peek() + by + items.length) % items.length;
    else if (key === 'Enter' || key === 'Tab') this.take(items[this.at.peek()]);
    else if (key === 'Escape') this.dismiss();
    else if (key === 'Delete' && event.shiftKey && items[this.at.peek()].prompt) this.forget(items[this.at.peek()].prompt);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  take(item) {
    const wish = this.#asked.peek();
    this.#asked.value = null;
    if (!wish || !item) return;
    if (item.folder) this.#page.workspace.want({ choose: true }); // the @ stays: it is gone on with when there is one
    else if (item.command) {
      this.#page.drafting.edit('');
      queueMicrotask(() => item.command.run());
    } else if (item.insert) this.#insert(wish, item.insert);
    else if (item.prompt) this.#insert(wish, item.prompt.text);
    else {
      this.#page.attaching.reuse(item.file);
      this.#insert(wish, '');
    }
  }

  /** Tab leads from one {place} of an inserted prompt to the next. */
  toNextPlace(field) {
    const place = field.selectionEnd > field.selectionStart ? nextPlace(field.value, field.selectionEnd) : null;
    if (place) field.setSelectionRange(...place);
    return Boolean(place);
  }

  async load() {
    const answer = await this.#page.api.get('/api/prompts').catch(() => null);
    if (answer) this.#prompts.value = answer.prompts;
  }

  async forget(prompt) {
    const answer = await this.#page.ask('/api/prompts/delete', { id: prompt.id });
    if (!answer) return;
    this.#prompts.value = this.#prompts.peek().filter(({ id }) => id !== prompt.id);
    const again = () => this.#page.ask('/api/prompts/save', { title: prompt.title, text: prompt.text }).then(() => this.load());
    this.#page.toasts.add(t('composer.prompt-deleted', { name: prompt.title }), { name: t('composer.undo'), run: again });
  }

  #insert(wish, inserted) {
    const { drafting } = this.#page;
    const { text, selection } = filled(drafting.text.peek(), wish, inserted);
    drafting.edit(text);
    toComposer();
    requestAnimationFrame(() => document.getElementById('composer')?.setSelectionRange(...selection));
  }

  #offer(wish) {
    if (!wish) return null;
    if (wish.kind === 'command') return { kind: 'command', items: commandsFor(wish.query, this.#page.commands.available, this.#page.agents.told.value.commands) };
    const files = filesOf(this.#page.store.standing.value.messages);
    const found = mentionsFor(wish.query, { prompts: this.#prompts.value, files, paths: this.#mentions.paths.value });
    const lacks = !this.#page.workspace.root.value;
    const way = { key: 'folder', name: t('workspace.choose'), title: t('composer.folder-first'), folder: true };
    // Behind a word the list stays empty, and Enter sends what was written.
    return { kind: 'mention', items: lacks && !wish.query ? [...found, way] : found, lacks, bare: !found.length };
  }
}
