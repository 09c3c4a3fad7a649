// What can be done to conversations, one or many: renamed, pinned, put away, sorted, deleted. Each change is one request;
// what many have in common is told in one sentence with one way back.

import { t } from '../words/words.js';

const AT_ONCE = 4;

export class Filing {
  #page;
  #tagged = Promise.resolve();

  constructor(page) {
    this.#page = page;
  }

  rename(row, title) {
    return this.#each('rename', [row], () => ({ title }));
  }

  pin(rows, pinned) {
    return this.#each('pin', rows, () => ({ pinned }));
  }

  move(rows, project_id) {
    return this.#each('move', rows, () => ({ project_id }));
  }

  /** Gives all of them these tags and takes those; in turn, so that each change builds on the one before it. */
  tag(rows, add, drop = []) {
    const now = (row) => this.#page.directory.rows([row.session_id])[0] ?? row;
    const tags = ({ tags: own = [] }) => [...own.filter((tag) => !drop.includes(tag)), ...add];
    this.#tagged = this.#tagged.then(() => this.#each('tag', rows.map(now), (row) => ({ tags: tags(row) })));
    return this.#tagged;
  }

  async archive(rows, archived) {
    const done = await this.#each('archive', rows, () => ({ archived }));
    const undo = () => this.#each('archive', done, () => ({ archived: !archived }));
    if (done.length) this.#told(archived ? t('list.archived', named(done)) : t('list.unarchived', named(done)), undo);
  }

  /** Into the trash; the way back is in the notice, and in the trash. */
  async remove(rows) {
    const { preferences, router, store } = this.#page;
    if (preferences.of('confirmDelete').value && !confirm(t('list.confirm-delete', named(rows)))) return;
    const shown = store.conversation.peek().sessionId;
    const done = await this.#each('delete', rows);
    if (done.some((row) => row.session_id === shown)) router.go(null);
    if (done.length) this.#told(t('list.deleted', named(done)), () => this.restore(done, shown));
  }

  /** Back from the trash; what was shown when it was deleted is shown again. */
  async restore(rows, shown = null) {
    const done = await this.#each('restore', rows);
    const back = done.find((row) => row.session_id === shown) ?? (done.length === 1 ? done[0] : null);
    if (back) this.#page.router.go(back.session_id);
  }

  mark(rows, unread) {
    return this.#each('seen', rows, (row) => ({ message_count: unread ? 0 : row.message_count }));
  }

  async saveProject(project) {
    const answer = await this.#page.ask('/api/projects/save', project);
    if (answer) this.#page.store.dispatch({ type: 'projects', projects: answer.projects });
    return answer?.project_id ?? null;
  }

  /** Its conversations stay, in none. */
  async removeProject({ project_id, name }) {
    const answer = await this.#page.ask('/api/projects/delete', { project_id });
    if (!answer) return;
    this.#page.store.dispatch({ type: 'projects', projects: answer.projects });
    this.#page.toasts.add(t('list.project-deleted', { name }));
  }

  /** A new conversation with all that is said in this one. */
  async duplicate(row) {
    const { api, router, toasts } = this.#page;
    try {
      const { session } = await api.get('/api/session', { session_id: row.session_id, msg_limit: 1 });
      const message_id = session.messages.at(-1)?.id;
      const forked = await api.post('/api/session/fork', { session_id: row.session_id, message_id });
      router.go(forked.session.session_id);
    } catch (error) {
      toasts.add(error.message);
    }
  }

  async copyLink(row) {
    const address = new URL(`/c/${encodeURIComponent(row.session_id)}`, location).href;
    const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
    this.#page.toasts.add(copied ? t('list.link-copied') : address);
  }

  #told(text, undo) {
    this.#page.toasts.add(text, { name: t('list.undo'), run: undo });
  }

  /** The rows that it was done to. The stream tells of each change; the answer does too, in case it comes first. */
  async #each(verb, rows, fields = () => ({})) {
    const { directory, toasts } = this.#page;
    const [done, refusals] = [[], new Set()];
    const one = (row) => this.#change(verb, row, fields(row)).then(() => done.push(row), (error) => refusals.add(error.message));
    directory.acted();
    for (let at = 0; at < rows.length; at += AT_ONCE) await Promise.all(rows.slice(at, at + AT_ONCE).map(one));
    directory.acted();
    for (const refusal of refusals) toasts.add(refusal);
    return done;
  }

  async #change(verb, row, fields) {
    const { api, store } = this.#page;
    const { session_id } = row;
    const answer = await api.post(`/api/session/${verb}`, { session_id, ...fields });
    const version = { list_version: store.list.peek().version };
    if (verb === 'seen') store.dispatch({ type: 'seen', ...version, session_id, unread: answer.unread });
    else if (verb === 'delete') store.dispatch({ type: 'list', ...version, removed: session_id });
    else if (answer.session) store.dispatch({ type: 'list', ...version, session: answer.session });
  }
}

const named = (rows) => ({ count: rows.length, title: rows[0]?.title ?? '' });
