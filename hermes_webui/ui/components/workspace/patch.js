// Differences line by line: what git says of a file, and two versions of which one is to be chosen.

import { useMemo, useRef } from 'preact/hooks';
import { difference, folded, patchLines } from '../../state/difference.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { useCabinet } from './cabinet.js';
import { useRows } from './rows.js';

const HEIGHT = 20;
const SIGNS = { added: '+', removed: '−' };

export function Patch({ patch }) {
  const lines = useMemo(() => patchLines(patch).filter(({ kind, text }) => kind !== 'head' || /^(?:Binary|\\|rename|new file|deleted)/.test(text)), [patch]);
  if (!patch.trim()) return html`<div class="ws-paper-body ws-wait"><p>${t('workspace.no-diff')}</p></div>`;
  return html`<${Lines} lines=${lines} />`;
}

/** Both versions, and what is to become of them. Nothing is saved before one has chosen. */
export function Conflict({ shown }) {
  const { paper } = useCabinet();
  const { conflict, text, saving } = shown;
  const lines = useMemo(() => numbered(folded(difference(conflict.text ?? '', text ?? ''))), [conflict, text]);
  return html`
    <div class="ws-conflict" role="group" aria-label=${t('workspace.conflict')}>
      <p role="alert"><${Icon} name="alert" /><span>${t(conflict.version === null ? 'workspace.conflict-gone' : 'workspace.conflict-words')}</span></p>
      <div class="ws-conflict-ways">
        <button type="button" class="primary small" disabled=${saving} onClick=${() => paper.keepMine()}>${t('workspace.keep-mine')}</button>
        <button type="button" class="secondary small" onClick=${() => paper.takeTheirs()}>${t('workspace.take-theirs')}</button>
        <button type="button" class="secondary small" onClick=${() => paper.copy()}>${t('workspace.copy-mine')}</button>
        <button type="button" class="quiet" onClick=${() => paper.postpone()}>${t('workspace.edit-on')}</button>
      </div>
      <p class="ws-legend"><span class="removed">− ${t('workspace.theirs')}</span><span class="added">+ ${t('workspace.mine')}</span></p>
    </div>
    <${Lines} lines=${lines} />
  `;
}

function numbered(parts) {
  let [old, now] = [0, 0];
  return parts.map((part) => {
    if (part.kind === 'gap') {
      old += part.count;
      now += part.count;
      return { kind: 'hunk', text: t('workspace.same-lines', { count: part.count }) };
    }
    if (part.kind !== 'added') old += 1;
    if (part.kind !== 'removed') now += 1;
    return { ...part, old: part.kind === 'added' ? null : old, now: part.kind === 'removed' ? null : now };
  });
}

function Lines({ lines }) {
  const list = useRef(null);
  const view = useRows(list, HEIGHT, lines.length, 20);
  const widest = useMemo(() => lines.reduce((most, { text }) => Math.max(most, text.length), 0), [lines]);
  return html`
    <div class="ws-paper-body ws-patch" tabindex="0" ref=${list} onScroll=${view.scrolled}>
      <div class="ws-patch-lines" style=${{ minWidth: `${Math.min(widest, 2000) + 14}ch` }}>
        <div style=${{ height: `${view.above}px` }}></div>
        ${lines.slice(view.first, view.last + 1).map((line, at) => html`<${Line} key=${view.first + at} line=${line} />`)}
        <div style=${{ height: `${view.below}px` }}></div>
      </div>
    </div>
  `;
}

const Line = ({ line: { kind, old, now, text } }) => html`
  <div class=${`ws-patch-line ${kind}`} style=${{ height: `${HEIGHT}px` }}>
    <span class="ws-patch-number">${old ?? ''}</span><span class="ws-patch-number">${now ?? ''}</span><span class="ws-patch-sign">${SIGNS[kind] ?? ''}</span><span class="ws-patch-text">${text}</span>
  </div>`;
