// Keys, clicks and drags in the list of conversations.

import { dragStarted } from '../components/drag.js';
import { composing } from '../state/commands.js';
import { chosen, none, ranged, toggled } from '../state/selection.js';

const PAGE = 10;

export class ListKeys {
  #page;
  /** The rows in the order in which they are shown. */
  ids = [];
  /** What opens one. */
  open = () => {};

  constructor(page) {
    this.#page = page;
  }

  get #directory() {
    return this.#page.directory;
  }

  get #isTrash() {
    return this.#page.store.list.peek().view === 'trash';
  }

  /** What a command is for: the chosen rows where this is one of them, else this. */
  #targets(id) {
    const { ids } = this.#directory.selection.peek();
    return this.#directory.rows(ids.has(id) ? this.ids.filter((one) => ids.has(one)) : [id]);
  }

  /** From what stands below the rows up to the last of them, or to the search. */
  last() {
    if (this.ids.length) this.#directory.focus(this.ids.at(-1));
    else document.querySelector('.filter input')?.focus();
  }

  arrived(target) {
    const id = idOf(target);
    if (id) this.#directory.arrived(id);
  }

  clicked(event) {
    const id = idOf(event.target);
    if (!id || event.target.closest('input')) return;
    const { target } = event;
    if (target.closest('.session-menu')) return this.#menu(id, target.closest('button'));
    if (target.closest('.restore')) return this.#page.filing.restore(this.#targets(id));
    if (target.closest('.purge')) return this.#page.purging.ask(this.#targets(id));
    event.preventDefault();
    const tag = target.closest('[data-tag]')?.dataset.tag;
    if (this.#choose(event, id)) return undefined;
    if (tag) return this.#directory.search(`#${tag}`);
    this.#directory.selection.value = { ...none, anchor: id };
    return this.#isTrash ? undefined : this.open(id);
  }

  /** A click that chooses; without a pointer that hovers, each one does while some are chosen. */
  #choose(event, id) {
    const { selection } = this.#directory;
    const touch = matchMedia('(hover: none)').matches && selection.peek().ids.size > 0;
    const current = this.#page.store.conversation.peek().sessionId;
    if (event.shiftKey) selection.value = ranged({ anchor: selection.peek().anchor ?? current }, id, this.ids);
    else if (event.ctrlKey || event.metaKey || touch) selection.value = toggled(selection.peek(), id);
    else return false;
    return true;
  }

  menuWanted(event) {
    const id = idOf(event.target);
    if (!id || event.target.closest('input') || this.#isTrash) return;
    event.preventDefault();
    const { clientX: left, clientY: top } = event;
    const row = event.target.closest('li');
    this.#menu(id, left || top ? { left, top, bottom: top, right: left, from: row.querySelector('a') } : row);
  }

  #menu(id, at) {
    this.#directory.openMenu({ view: 'row', ids: this.#targets(id).map((row) => row.session_id), at });
  }

  dragged(event) {
    const id = idOf(event.target);
    const rows = id ? this.#targets(id) : [];
    if (rows.length) dragStarted(event, rows.map((row) => row.session_id), rows.map((row) => row.title).join('\n'));
  }

  pressed(event) {
    if (event.target.closest('input, [popover]') || event.altKey || event.defaultPrevented || composing(event)) return;
    if (event.target.closest('.in-messages')) return void this.#jump(event);
    const id = idOf(event.target) ?? this.#directory.focused.peek()?.id;
    if (this.#walk(event, id) || this.#act(event, id) || this.#jump(event)) event.preventDefault();
  }

  #walk({ key, shiftKey, ctrlKey, metaKey }, id) {
    const { selection } = this.#directory;
    const [at, end] = [this.ids.indexOf(id), this.ids.length - 1];
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE, PageUp: at - PAGE, Home: 0, End: end }[key];
    if (to === undefined || end < 0 || ctrlKey || metaKey) return false;
    const below = key === 'ArrowDown' && at === end && !shiftKey && document.querySelector('.in-messages a');
    if (below) return below.focus() ?? true;
    const next = this.ids[Math.min(Math.max(to, 0), end)];
    if (shiftKey) selection.value = ranged({ anchor: selection.peek().anchor ?? id }, next, this.ids);
    this.#directory.focus(next);
    return true;
  }

  #act(event, id) {
    const { filing, purging } = this.#page;
    const { selection } = this.#directory;
    const [{ key }, mod] = [event, event.ctrlKey || event.metaKey];
    if (key.toLowerCase() === 'a' && mod) selection.value = chosen(this.ids);
    else if (key === 'Escape' && selection.peek().ids.size) selection.value = none;
    else if (key === ' ' && !event.target.closest('button')) selection.value = toggled(selection.peek(), id);
    else if (!id) return false;
    else if (this.#isTrash && key === 'Delete') purging.ask(this.#targets(id));
    else if (this.#isTrash) return false;
    else if (key === 'Delete') filing.remove(this.#targets(id));
    else if (key === 'F2') this.#directory.renaming.value = id;
    else if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) this.#menu(id, event.target.closest('li') ?? event.target);
    else return false;
    return true;
  }

  /** What is typed goes into the search. */
  #jump({ key, ctrlKey, metaKey, currentTarget }) {
    if (key.length !== 1 || key === ' ' || ctrlKey || metaKey || key === '?' || key === '/') return false;
    currentTarget.closest('aside').querySelector('.filter input').focus(); // the key's own letter is typed there
    return false;
  }
}

const idOf = (target) => target.closest?.('[data-id]')?.dataset.id ?? null;
