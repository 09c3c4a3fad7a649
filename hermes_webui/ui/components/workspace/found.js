// What a search found: names, or lines with what stands in them. The focus stays in the field (`browser.js`).

import { useLayoutEffect, useRef } from 'preact/hooks';
import { nameOf, parentOf } from '../../state/paths.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { useCabinet } from './cabinet.js';

export function Found() {
  const { seeking } = useCabinet();
  const list = useRef(null);
  const found = seeking.found.value;
  const at = seeking.at.value;
  useLayoutEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }), [at, found]);
  if (seeking.error.value) return html`<p class="ws-fault" role="alert">${seeking.error.value.message}</p>`;
  if (!found) return html`<p class="ws-none" role="status">${t('workspace.searching')}</p>`;
  return html`
    <p class="ws-summary" role="status">${found.hits.length ? t(found.truncated ? 'workspace.hits-first' : 'workspace.hits', { count: found.hits.length }) : t('workspace.no-hits')}</p>
    ${found.hits.length > 0 && html`
      <ul ref=${list} id="ws-found" class="ws-found ws-scroll" role="listbox" tabindex="-1" aria-label=${t('workspace.found')}>
        ${found.hits.map((hit, number) => html`<${Hit} key=${`${hit.path}:${hit.line}`} hit=${hit} number=${number} chosen=${number === at} query=${found.query} />`)}
      </ul>`}
  `;
}

function Hit({ hit, number, chosen, query }) {
  const { seeking } = useCabinet();
  const folder = parentOf(hit.path);
  const open = () => {
    seeking.at.value = number;
    seeking.open(hit);
  };
  return html`
    <li id=${`ws-hit-${number}`} role="option" aria-selected=${chosen ? 'true' : 'false'} onClick=${open}>
      <${Icon} name="file" />
      <span class="ws-hit-name" dir="auto"><${Marked} text=${nameOf(hit.path)} query=${hit.line ? '' : query} />${hit.line && html`<span class="ws-line">:${hit.line}</span>`}</span>
      ${folder && html`<span class="ws-hit-folder" dir="auto">${folder}</span>`}
      ${hit.text && html`<code class="ws-hit-text"><${Marked} text=${hit.text.trim()} query=${query} /></code>`}
    </li>
  `;
}

/** The text with what was searched for marked in it, where it stands there word for word. */
function Marked({ text, query }) {
  const at = query ? text.toLowerCase().indexOf(query.toLowerCase()) : -1;
  if (at < 0) return text;
  return html`${text.slice(0, at)}<mark>${text.slice(at, at + query.length)}</mark>${text.slice(at + query.length)}`;
}
