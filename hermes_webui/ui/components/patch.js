// A unified diff: the file's name, how much it adds and takes away, its lines in colour. A long one shows its beginning.

import { useState } from 'preact/hooks';
import { countOf, patchOf, splitPath } from '../state/patch.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const LONG = 28;
const FIRST = 20;
const SIGNS = { added: '+', removed: '−', same: ' ', note: ' ' };

export function Patch({ path, patch }) {
  const told = patchOf(patch);
  return html`
    <figure class="patch">
      <figcaption><${Icon} name="file" /><${Path} path=${path} /><${Counts} ...${told} /></figcaption>
      <${PatchLines} path=${path} patch=${patch} told=${told} />
    </figure>
  `;
}

export function Path({ path }) {
  const [folder, name] = splitPath(path);
  return html`<span class="patch-path" dir="ltr">${folder}<strong>${name}</strong></span>`;
}

/** The lines alone, for where something else is their head. */
export function PatchLines({ path, patch, told = patchOf(patch) }) {
  const [whole, setWhole] = useState(false);
  const lines = told.lines.length > LONG && !whole ? told.lines.slice(0, FIRST) : told.lines;
  return html`
    <div class="patch-lines" tabindex="0" role="region" aria-label=${t('agents.diff', { path })} dir="ltr">
      ${lines.length ? lines.map((line, at) => html`<${Line} key=${at} line=${line} />`) : html`<pre class="patch-raw">${patch}</pre>`}
    </div>
    ${lines.length < told.lines.length && html`<button type="button" class="patch-more" onClick=${() => setWhole(true)}>
      ${t('text.show-lines', { count: countOf(told.lines) })}</button>`}
  `;
}

/** `+3 −1`, said in words to who does not see it. */
export const Counts = ({ added, removed }) => html`
  <span class="patch-counts" role="img" aria-label=${t('agents.diff-counts', { added, removed })}>
    ${added > 0 && html`<span class="plus">+${added}</span>`}${removed > 0 && html`<span class="minus">−${removed}</span>`}</span>
`;

function Line({ line: { kind, text, old, new: now } }) {
  if (kind === 'hunk') return html`<div class="patch-hunk">${text || '⋯'}</div>`;
  return html`<div class=${`patch-line ${kind}`}><span class="patch-number" aria-hidden="true">${now ?? old ?? ''}</span>
    <span class="patch-sign">${SIGNS[kind]}</span><span class="patch-text">${text}</span></div>`;
}
