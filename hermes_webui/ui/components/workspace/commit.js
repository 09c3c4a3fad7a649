// A commit of the log: what it says, who made it and when, and its files with their differences. Few are open at once, and a
// long one is shown by itself.

import { useState } from 'preact/hooks';
import { kindOf } from '../../state/changes.js';
import { isOnlyRenamed } from '../../state/patch.js';
import { locale, t } from '../../words/words.js';
import { html } from '../html.js';
import { Counts, PatchLines, Path } from '../patch.js';
import { useCabinet } from './cabinet.js';

const OPEN_AT_ONCE = 8;

export function Commit({ shown: { commit, record } }) {
  const { files, parents, truncated } = record;
  return html`
    <div class="ws-paper-body ws-record" tabindex="0">
      <${Said} record=${record} />
      <div class="ws-record-files">
        <p class="ws-record-sum">${t('workspace.commit-files', { count: files.length })} <${Counts} ...${summed(files)} /></p>
        ${parents.length > 1 && html`<p class="ws-record-note">${t('workspace.commit-merge')}</p>`}
        ${truncated && html`<p class="ws-record-note">${t('workspace.commit-cut', { count: files.length })}</p>`}
        ${files.map((file) => html`<${File} key=${file.path} file=${file} commit=${commit} record=${record} />`)}
      </div>
    </div>
  `;
}

const summed = (files) => files.reduce(({ added, removed }, file) => ({ added: added + (file.added ?? 0), removed: removed + (file.removed ?? 0) }), { added: 0, removed: 0 });

function Said({ record: { id, author, email, at, committer, committed_at: committed, message } }) {
  const [subject, ...rest] = message.split('\n');
  const text = rest.join('\n').trim();
  return html`
    <header class="ws-record-head">
      <h3 dir="auto">${subject || id.slice(0, 7)}</h3>
      ${text && html`<p class="ws-record-text" dir="auto">${text}</p>`}
      <p class="ws-record-who"><span dir="auto" title=${email}>${author}</span> · <time>${momentOf(at)}</time> · <code>${id.slice(0, 12)}</code></p>
      ${committer !== author && html`<p class="ws-record-who">${t('workspace.committed-by', { name: committer, time: momentOf(committed) })}</p>`}
    </header>
  `;
}

function File({ file, commit, record }) {
  const { state, patch } = file;
  const [open, setOpen] = useState(record.files.length <= OPEN_AT_ONCE && patch !== null);
  return html`
    <details class=${`patch ws-part ${kindOf(state) ?? ''}`} open=${open} onToggle=${({ target }) => setOpen(target.open)}>
      <summary><${Names} file=${file} />${file.added !== null && html`<${Counts} ...${file} />`}<${State} state=${state} /></summary>
      ${open && html`<${Inside} file=${file} commit=${commit} record=${record} />`}
    </details>
  `;
}

function Names({ file: { path, old_path: old } }) {
  if (!old) return html`<${Path} path=${path} />`;
  return html`<span class="ws-names"><${Path} path=${old} /> <span role="img" aria-label=${t('workspace.renamed-to')}>→</span> <${Path} path=${path} /></span>`;
}

const State = ({ state }) => html`<span class="ws-state" role="img" aria-label=${STATES[state]?.() ?? state} title=${STATES[state]?.()}>${state}</span>`;

const STATES = { A: () => t('workspace.added'), D: () => t('workspace.deleted'), M: () => t('workspace.modified'), R: () => t('workspace.renamed'), T: () => t('workspace.modified') };

function Inside({ file: { path, added, patch }, commit, record }) {
  const { changes } = useCabinet();
  if (patch !== null && isOnlyRenamed(patch)) return html`<p class="ws-record-note">${t('workspace.commit-renamed')}</p>`;
  if (added === null) return html`<p class="ws-record-note">${t('workspace.commit-binary')}</p>`;
  if (patch !== null) return html`<${PatchLines} path=${path} patch=${patch} />`;
  return html`<p class="ws-record-note">${t('workspace.commit-large')}
    <button type="button" class="secondary small" onClick=${() => changes.showPatch({ path, commit, record })}>${t('workspace.show-diff')}</button></p>`;
}

const momentOf = (at) => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at * 1000));
