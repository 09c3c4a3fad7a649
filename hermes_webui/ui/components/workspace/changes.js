// What has changed: since the last prompt, then by git; the branch, and what was committed before.

import { useEffect } from 'preact/hooks';
import { grouped, kindOf } from '../../state/changes.js';
import { nameOf, parentOf } from '../../state/paths.js';
import { locale, t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { useCabinet } from './cabinet.js';

const GROUPS = {
  turn: () => t('workspace.this-turn'), staged: () => t('workspace.staged'), changed: () => t('workspace.changed-files'), new: () => t('workspace.untracked'),
};

export function Changes() {
  const { changes } = useCabinet();
  const told = changes.told.value;
  useEffect(() => { changes.load(); }, []);
  if (changes.error.value) return html`<p class="ws-fault" role="alert">${changes.error.value.message}</p>`;
  if (!told) return html`<p class="ws-none"><span class="pulse"></span></p>`;
  const groups = grouped(told);
  return html`
    ${told.repository && html`<${Branch} told=${told} />`}
    <div class="ws-changes ws-scroll" tabindex="-1">
      ${groups.map(({ group, items }) => html`<section key=${group} class=${`ws-group ${group}`}><h3>${GROUPS[group]()}<span class="ws-count">${items.length}</span></h3>
        <ul>${items.map((change) => html`<${Change} key=${`${change.path}${change.staged}`} change=${change} git=${Boolean(told.repository)} />`)}</ul></section>`)}
      ${!groups.length && html`<p class="ws-none">${t(told.repository ? 'workspace.clean' : 'workspace.untouched')}</p>`}
      ${!told.repository && html`<p class="ws-none">${told.message || t('workspace.no-git')}</p>`}
      <${Commits} />
    </div>
  `;
}

function Branch({ told: { branch, ahead, behind } }) {
  return html`
    <p class="ws-branch"><${Icon} name="branch" /><strong dir="auto">${branch || t('workspace.no-branch')}</strong>
      ${ahead > 0 && html`<span title=${t('workspace.ahead', { count: ahead })}>↑${ahead}</span>`}
      ${behind > 0 && html`<span title=${t('workspace.behind', { count: behind })}>↓${behind}</span>`}</p>
  `;
}

function Change({ change: { path, state, staged }, git }) {
  const { paper, changes } = useCabinet();
  const folder = parentOf(path);
  const shown = paper.shown.value?.path === path && !paper.shown.value.commit;
  const open = () => (git && state ? changes.showPatch({ path, staged }) : paper.open(path));
  return html`
    <li><button type="button" class=${`ws-change ${kindOf(state) ?? ''} ${shown ? 'shown' : ''}`} aria-current=${shown ? 'true' : undefined} title=${path} onClick=${open}>
      <span class="ws-name" dir="auto">${nameOf(path)}</span>${folder && html`<span class="ws-hit-folder" dir="auto">${folder}</span>`}
      ${state && html`<span class="ws-state">${state.trim()[0] === '?' ? 'U' : state.trim()[0]}</span>`}</button></li>
  `;
}

function Commits() {
  const { changes } = useCabinet();
  const commits = changes.commits.value;
  return commits.length > 0 && html`
    <section class="ws-group"><h3>${t('workspace.commits')}</h3>
      <ol class="ws-commits">${commits.map((commit) => html`<${Commit} key=${commit.id} commit=${commit} />`)}</ol></section>
  `;
}

function Commit({ commit }) {
  const { paper, changes } = useCabinet();
  const { id, subject, author, at } = commit;
  const shown = paper.shown.value?.commit?.id === id;
  return html`
    <li><button type="button" data-commit=${id} class=${`ws-commit ${shown ? 'shown' : ''}`} aria-current=${shown ? 'true' : undefined} onClick=${() => changes.showCommit(commit)}>
      <span dir="auto">${subject || id.slice(0, 7)}</span><small><code>${id.slice(0, 7)}</code> <span dir="auto">${author}</span> <time>${dayOf(at)}</time></small></button></li>
  `;
}

const dayOf = (at) => new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(at * 1000));
