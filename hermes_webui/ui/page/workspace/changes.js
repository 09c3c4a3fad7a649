// What has changed in the workspace, by git and since the last prompt; and what was committed before.

import { computed, signal } from '@preact/signals';
import { lettersOf } from '../../state/changes.js';
import { parentOf } from '../../state/paths.js';

const COMMITS = 30;

export class Changes {
  #cabinet;
  #asked = 0;
  /** As `GET /api/workspace/git` gives it, or null. */
  told = signal(null);
  commits = signal([]);
  error = signal(null);
  /** Paths that this turn has touched, and the folders that lead to them. */
  touched = computed(() => new Set((this.told.value?.touched ?? []).flatMap(upwards)));
  /** Git's letters for the tree: of files, and of the folders that lead to them. */
  letters = computed(() => lettersOf(this.told.value?.changes));
  count = computed(() => new Set([...(this.told.value?.changes ?? []).map(({ path }) => path), ...(this.told.value?.touched ?? [])]).size);

  constructor(cabinet) {
    this.#cabinet = cabinet;
  }

  begin() {
    this.#asked += 1;
    this.told.value = null;
    this.commits.value = [];
    this.error.value = null;
  }

  async load() {
    const asked = ++this.#asked;
    try {
      const told = await this.#cabinet.get('git');
      const commits = told.repository ? (await this.#cabinet.get('log', { limit: COMMITS })).commits : [];
      if (asked !== this.#asked) return;
      this.told.value = told;
      this.commits.value = commits;
      this.error.value = null;
    } catch (error) {
      if (asked === this.#asked) this.error.value = error;
    }
  }

  /** What has changed in a file, as a patch: since the last commit, or by one that is shown (`{commit, record}`). */
  showPatch({ path, staged = false, commit, record }) {
    const query = commit ? { path, commit: commit.id } : { path, staged: staged ? 1 : 0 };
    return this.#cabinet.paper.fetch({ path, staged, commit, record, patch: '' }, () => this.#cabinet.get('diff', query));
  }

  /** A commit of the log, `{id, subject}`: what it says and what it changed. */
  showCommit(commit) {
    return this.#cabinet.paper.fetch({ commit, record: null }, async () => ({ record: await this.#cabinet.get('commit', { commit: commit.id }) }));
  }
}

function upwards(path) {
  const all = [];
  for (let each = path; each; each = parentOf(each)) all.push(each);
  return all;
}
