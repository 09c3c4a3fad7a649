// The way to the workspace: which folder a conversation works in, whether its panel is open, and what is wanted of it. The
// panel, and all that it is made of (`workspace/`), is fetched when it is first opened.

import { computed, signal } from '@preact/signals';
import { t } from '../words/words.js';

/** Where the panel stands beside the conversation; elsewhere it covers it. */
export const BESIDE = '(min-width: 1001px)';

export class Workspace {
  #page;
  #storage;
  open;
  width;
  /** What the panel is to show, and takes: `{view}`, `{path, line}`, `{choose: true}`, `{find: true}`; or null. */
  wish = signal(null);
  /** The folder of this conversation as the server names it; '' where none was chosen. */
  root = computed(() => this.#page.store.standing.value.session?.workspace ?? '');
  name = computed(() => this.root.value.split('/').findLast(Boolean) ?? '');

  constructor(page, storage) {
    this.#page = page;
    this.#storage = storage;
    this.open = signal(storage.get('workspaceOpen') === true && matchMedia(BESIDE).matches);
    this.width = signal(storage.get('workspaceWidth'));
    this.#addCommands(page.commands);
  }

  toggle(open = !this.open.peek()) {
    this.open.value = open;
    if (open) this.#storage.set('workspaceOpen', true);
    else this.#storage.remove('workspaceOpen');
  }

  /** px; null: as it is at first. */
  resize(width) {
    this.width.value = width;
    if (width === null) this.#storage.remove('workspaceWidth');
    else this.#storage.set('workspaceWidth', width);
  }

  /** The panel is opened, and shows this. */
  want(wish) {
    this.wish.value = wish;
    this.toggle(true);
  }

  /** A file of the workspace, at a line where one is named. The path may be absolute. */
  openFile(path, line = null) {
    this.want({ path, line });
  }

  #addCommands(commands) {
    const add = (id, title, run, more = {}) => commands.add({ id: `workspace.${id}`, group: 'view', title, run, ...more });
    add('toggle', () => t('workspace.toggle'), () => this.#step(), { keys: 'mod+shift+e' });
    add('show', () => t('workspace.open'), ({ path, line }) => this.openFile(path, line), { hidden: true });
    add('find', () => t('workspace.find-file'), () => this.want({ find: true }), { when: () => Boolean(this.root.value) });
    add('changes', () => t('workspace.show-changes'), () => this.want({ view: 'changes' }), { when: () => Boolean(this.root.value) });
    add('choose', () => t('workspace.choose'), () => this.want({ choose: true }));
  }

  /** Open, then to it, then closed: who is in the conversation and presses the keys wants to get there. */
  #step() {
    const inside = document.activeElement?.closest('.workspace');
    if (this.open.peek() && !inside && matchMedia(BESIDE).matches) this.want({ focus: true });
    else if (this.open.peek()) this.toggle(false);
    else this.want({ focus: true });
  }
}
