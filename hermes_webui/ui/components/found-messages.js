// Below the titles that fit: the messages of all conversations that hold what is looked for, each a link to its place.

import { useEffect, useMemo } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { Searching } from '../page/searching.js';
import { phrasesOf, placeOf } from '../state/found.js';
import { locale, t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

/** `seek(hit, query)` goes there; `back()` gives the focus to what stands above. */
export function FoundMessages({ seek, back }) {
  const { api, directory, store } = usePage();
  const { query, project, source, view } = store.list.value;
  const searching = useMemo(() => new Searching(api), []);
  useEffect(() => {
    searching.look(query.trim(), { project, source, archived: view === 'archive' ? 1 : null });
  }, [query, project, source, view]);
  useEffect(() => () => searching.stop(), []);
  const { query: looked, hits, next, progress, running } = searching.state.value;
  const asked = query.split(/\s+/).filter((word) => word && !word.startsWith('#')).join(' ');
  if (!asked) return null;
  if (!phrasesOf(query).length) return html`<p class="sessions-note" role="status">${t('list.found-words')}</p>`;
  if (!looked) return null;
  const narrowed = project !== null || source !== null || view !== 'all';
  const everywhere = () => directory.show({ view: 'all', project: null, source: null });
  return html`
    <section class="in-messages" aria-label=${t('list.found')} onKeyDown=${(event) => walk(event, back)}>
      <h2>${t('list.found')}</h2>
      <ul>${hits.map((hit, at) => html`<${Found} key=${`${hit.session_id} ${hit.id}`} hit=${hit} first=${at === 0} go=${() => seek(hit, query)} />`)}</ul>
      <${Note} found=${searching.state.value} />
      ${running && progress < 1 && html`<progress value=${progress} max="1" aria-label=${t('list.found-reading')}></progress>`}
      ${next && html`<button type="button" class="quiet wide" onClick=${() => searching.more()}>${t('list.found-more')}</button>`}
      ${narrowed && html`<button type="button" class="quiet wide" onClick=${everywhere}>${t('list.found-everywhere')}</button>`}
    </section>
  `;
}

function Found({ hit, first, go }) {
  const clicked = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return; // a tab or window of its own
    event.preventDefault();
    go();
  };
  return html`
    <li>
      <a href=${placeOf(hit)} tabindex=${first ? 0 : -1} onClick=${clicked} draggable=${false}>
        <span class="found-head">
          <span class="session-title" dir="auto">${hit.title || t('list.untitled')}</span>
          ${hit.archived && html`<span role="img" aria-label=${t('list.archive-name')}><${Icon} name="archive" /></span>`}
          ${hit.timestamp && html`<${When} date=${new Date(hit.timestamp * 1000)} />`}
        </span>
        <${Snippet} parts=${hit.snippet} />
      </a>
    </li>
  `;
}

function When({ date }) {
  const today = date.toDateString() === new Date().toDateString();
  return html`<time dateTime=${date.toISOString()}>${new Intl.DateTimeFormat(locale(), today ? { timeStyle: 'short' } : { dateStyle: 'medium' }).format(date)}</time>`;
}

/** Text with what was looked for marked: plain, match, plain, match, … */
export const Snippet = ({ parts }) => html`
  <span class="found-text" dir="auto">${parts.map((part, at) => (at % 2 ? html`<mark>${part}</mark>` : part))}</span>
`;

/** What is to be read; how many were found is said only. */
function Note({ found: { hits, progress, running, trouble, error } }) {
  const still = progress < 1 ? t('list.found-reading') : running && t('conversation.find-searching');
  const note = error || trouble || still || (hits.length ? '' : t('list.found-none'));
  return html`<p class=${note ? 'sessions-note' : 'away'} role="status">${note || t('list.found-count', { count: hits.length })}</p>`;
}

function walk(event, back) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...event.currentTarget.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement);
  if (!step || at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (at + step < 0) back();
  else links[at + step]?.focus();
}
