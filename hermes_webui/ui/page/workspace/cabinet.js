// All that the workspace panel is made of, for the conversation that is looked at; made when the panel is first opened.

import { computed, effect, signal, untracked } from '@preact/signals';
import { relative } from '../../state/paths.js';
import { t } from '../../words/words.js';
import { Changes } from './changes.js';
import { Entries } from './entries.js';
import { Explorer } from './explorer.js';
import { Folders } from './folders.js';
import { Paper } from './paper.js';
import { Seeking } from './seeking.js';
import { Shell } from './shell.js';

const SETTLES_MS = 400;

export class Cabinet {
  #timer = 0;
  #place = null;
  /** files | changes | terminal */
  view = signal('files');
  /** Where the focus is to go: `{to: tree | search | chooser}`; whoever takes it sets it to null. */
  focus = signal(null);
  choosing = signal(false);

  constructor(page) {
    this.page = page;
    this.folders = new Folders(this);
    this.explorer = new Explorer(this);
    this.paper = new Paper(this);
    this.entries = new Entries(this);
    this.changes = new Changes(this);
    this.seeking = new Seeking(this);
    this.shell = new Shell(this);
    /** The folder that is shown: the chosen one; where a tool has worked without one, the one in which it did. */
    this.folder = computed(() => page.workspace.root.value || this.#fallback());
    this.ready = computed(() => Boolean(page.store.standing.value.sessionId && this.folder.value));
    effect(() => this.#look());
    this.#watchTurns();
    effect(() => this.#grant(page.workspace.wish.value));
  }

  get sessionId() {
    return this.page.store.conversation.peek().sessionId;
  }

  get root() {
    return this.folder.peek();
  }

  #fallback() {
    const worked = this.page.store.standing.value.messages.some(({ role }) => role === 'tool');
    return worked ? this.folders.told.value?.default ?? '' : '';
  }

  get(what, query = {}) {
    return this.page.api.get(`/api/workspace/${what}`, { session_id: this.sessionId, ...query });
  }

  post(what, body) {
    return this.page.api.post(`/api/workspace/${what}`, { session_id: this.sessionId, ...body });
  }

  /** The address of a file as it is. */
  rawOf(path, { download = false } = {}) {
    return `/api/workspace/raw?${new URLSearchParams({ session_id: this.sessionId, path, download: download ? '1' : '0' })}`;
  }

  tell(error) {
    this.page.toasts.add(error.message);
    return null;
  }

  /** Another conversation, or another folder: nothing of the one before is shown. */
  #look() {
    const { sessionId } = this.page.store.standing.value;
    const place = `${sessionId} ${this.folder.value}`;
    if (place === this.#place) return;
    this.#place = place;
    untracked(() => {
      for (const part of [this.explorer, this.paper, this.changes, this.seeking, this.shell]) part.begin();
      if (this.ready.peek()) this.changes.load();
    });
  }

  /** When a run has ended, and when a tool has done something, the files are looked at again. */
  #watchTurns() {
    const tools = computed(() => this.page.store.standing.value.messages.filter(({ role }) => role === 'tool').length);
    const stirs = computed(() => `${tools.value} ${this.page.store.standing.value.run?.run_id ?? ''}`);
    let first = true;
    effect(() => {
      if (stirs.value !== null && !first) this.#soon();
      first = false;
    });
    addEventListener('visibilitychange', () => { if (!document.hidden) this.#soon(); });
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), SETTLES_MS);
  }

  refresh() {
    if (!this.ready.peek() || !this.page.workspace.open.peek()) return;
    this.explorer.refresh();
    this.changes.load();
    this.paper.look();
  }

  #grant(wish) {
    if (!wish) return;
    if (wish.path && !(this.folders.told.value && this.page.store.standing.value.loaded)) return; // what it lies in is on its way
    untracked(() => {
      this.page.workspace.wish.value = null;
      this.#fulfil(wish);
    });
  }

  #fulfil({ view, path, line, choose, find, focus }) {
    if (choose) this.choosing.value = true;
    if (view) this.view.value = view;
    if (find || focus || path !== undefined) this.view.value = focus ? this.view.peek() : 'files';
    if (find || focus) this.focus.value = { to: find ? 'search' : 'tree' };
    if (path !== undefined) this.#open(path, line);
  }

  #open(path, line) {
    const inside = relative(path, this.root);
    if (inside === null || !this.root) this.page.toasts.add(t('workspace.outside', { path }));
    else this.paper.open(inside, line);
  }
}
