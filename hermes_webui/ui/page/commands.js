// What can be done here, in one register: the keys, the palette and the keyboard map are drawn from it.
//
// A part of the page adds its commands when it is made: commands.add({id, title, group, keys?, when?, run}).

import { signal } from '@preact/signals';
import { ariaKeys, composing, inText, keyNames, means } from '../state/commands.js';
import { t } from '../words/words.js';

/** In the order in which they are listed. */
export const GROUPS = ['chat', 'message', 'list', 'view', 'page'];

const LATELY = 8;

/** What is printed on these keys differs from one language's keyboards to the next. */
const CAPS = new Set(['Ctrl', 'Shift', 'Del', 'Esc', 'Home', 'End', 'Space']);
const TEXT_FIELD = 'input:not([type=radio], [type=checkbox], [type=button]), textarea, select, [contenteditable]';

const isMac = /mac|iphone|ipad/i.test(globalThis.navigator?.userAgentData?.platform ?? globalThis.navigator?.platform ?? '');

export class Commands {
  #storage;
  #all = signal([]);

  constructor(storage) {
    this.#storage = storage;
  }

  /**
   * `title()` is a sentence of the catalogue, `group` one of GROUPS, `keys` as `mod+shift+o`, `writing` others that mean it also where
   * one writes, `when()` whether it can be done now (default: yes), `over` that it goes on over an open dialog, `once` that a key
   * which is held down means it once, `hidden` that the palette does not list it. Gives what takes it away again.
   */
  add(command) {
    const added = { group: 'page', when: () => true, ...command };
    this.#all.value = [...this.#all.peek().filter(({ id }) => id !== command.id), added];
    return () => { this.#all.value = this.#all.peek().filter((one) => one !== added); };
  }

  /** All of them, whether they can be done now or not, group by group. */
  get all() {
    return [...this.#all.value].sort((one, other) => GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group));
  }

  /** What can be done now, for the palette. */
  get available() {
    return this.all.filter((command) => !command.hidden && command.when());
  }

  find(id) {
    return this.#all.value.find((command) => command.id === id);
  }

  /** Ids of what was used lately in the palette, the last one first. */
  get recent() {
    return this.#storage.get('recentCommands') ?? [];
  }

  run(id, ...given) {
    const command = this.find(id);
    return command?.when() ? command.run(...given) : undefined;
  }

  used(id) {
    this.#storage.set('recentCommands', [id, ...this.recent.filter((one) => one !== id)].slice(0, LATELY));
  }

  listen() {
    addEventListener('keydown', (event) => this.pressed(event));
  }

  /** A key without ⌘ or Ctrl belongs to the field in which it is typed; Escape does not. */
  pressed(event) {
    if (event.defaultPrevented || composing(event)) return;
    const [plain, dialog] = [!event.metaKey && !event.ctrlKey && !event.altKey, document.querySelector('dialog[open]')];
    if (plain && event.key !== 'Escape' && typing(event.target)) return;
    const meant = (keys) => keys && means(keys, event, isMac);
    const command = this.all.find((one) => (meant(one.keys) || meant(one.writing)) && (!dialog || one.over) && one.when());
    if (!command) return;
    event.preventDefault();
    if (!event.repeat || !command.once) command.run();
  }

  /** For a title or a menu: `Stop (Esc)`. */
  named(id) {
    const command = this.find(id);
    return command?.keys ? this.withKeys(command.title(), command.keys) : command?.title() ?? '';
  }

  withKeys(name, keys) {
    return t('palette.with-keys', { name, keys: this.written(keys) });
  }

  /** In one word: `Ctrl+K`, `⌘K`. */
  written(keys) {
    return this.names(keys).join(isMac ? '' : '+');
  }

  /** The keys that mean a letter's command where one writes. */
  inText(letter) {
    return inText(letter, isMac);
  }

  names(keys) {
    return keyNames(keys, isMac).map((name) => (CAPS.has(name) ? t(`palette.cap-${name}`) : name));
  }

  /** Of several that mean the same, all. */
  aria(...several) {
    return several.filter(Boolean).map((keys) => ariaKeys(keys, isMac)).join(' ') || undefined;
  }
}

const typing = (target) => Boolean(target?.closest?.(TEXT_FIELD));
