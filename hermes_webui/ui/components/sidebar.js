// The conversations: new, filter, groups by day, more as one scrolls.

import { useEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { byDay } from '../state/days.js';
import { matching } from '../state/list.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { SessionRow } from './session-row.js';
import { ThemeSwitch } from './theme-switch.js';

export function Sidebar({ inert, close }) {
  const { router, store } = usePage();
  const [query, setQuery] = useState('');
  const list = store.list.value;
  const open = (id) => {
    router.go(id);
    close();
  };
  return html`
    <aside class="sidebar" aria-label="Conversations" inert=${inert}>
      <div class="sidebar-head">
        <span class="brand">Hermes</span>
        <button type="button" class="new-chat" onClick=${() => open(null)} title="New chat (Ctrl/⌘ Shift O)">
          <${Icon} name="plus" />New chat
        </button>
      </div>
      <${Filter} query=${query} change=${setQuery} />
      <nav class="sessions" aria-label="Conversations" onKeyDown=${walk}>
        <${Groups} list=${list} query=${query} open=${open} />
      </nav>
      <${Foot} archived=${list.archived} />
    </aside>
  `;
}

function Filter({ query, change }) {
  const { directory } = usePage();
  const input = ({ target }) => {
    change(target.value);
    if (target.value) directory.all();
  };
  return html`
    <label class="filter"><${Icon} name="search" />
      <input type="search" placeholder="Filter by title" aria-label="Filter conversations by title" value=${query}
        onInput=${input} />
    </label>
  `;
}

function Groups({ list, query, open }) {
  const { store } = usePage();
  const rows = matching(list.rows, query);
  const current = store.conversation.value.sessionId;
  if (list.loaded && !rows.length) return html`<p class="sessions-empty">${emptyWords(query, list.archived)}</p>`;
  return html`
    ${byDay(rows, new Date()).map((group) => html`
      <section class="day" key=${group.name} aria-label=${group.name}>
        <h2>${group.name}</h2>
        <ul>${group.rows.map((row) => html`
          <${SessionRow} key=${row.session_id} row=${row} current=${row.session_id === current} onOpen=${open} />`)}</ul>
      </section>`)}
    ${list.next && html`<${More} key=${list.next} />`}
  `;
}

function emptyWords(query, archived) {
  if (query) return 'No title holds these words.';
  return archived ? 'Nothing is archived.' : 'Your conversations will stand here. Each is kept until you delete it.';
}

/** Comes into view at the end of the list, and asks for the next page. */
function More() {
  const { directory } = usePage();
  const element = useRef(null);
  useEffect(() => {
    const watcher = new IntersectionObserver(([entry]) => entry.isIntersecting && directory.more(), { rootMargin: '600px' });
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, []);
  return html`<p class="more" ref=${element}>Loading…</p>`;
}

function Foot({ archived }) {
  const { directory } = usePage();
  return html`
    <div class="sidebar-foot">
      <button type="button" class="quiet wide" aria-pressed=${archived ? 'true' : 'false'}
        onClick=${() => directory.show(!archived)}><${Icon} name="archive" />${archived ? 'Back to all' : 'Archive'}</button>
      <${ThemeSwitch} />
    </div>
  `;
}

/** ↑ and ↓ walk the list. */
function walk(event) {
  if ((event.key !== 'ArrowDown' && event.key !== 'ArrowUp') || event.target.closest('[popover]')) return; // a menu has its own
  const links = [...event.currentTarget.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement.closest('li')?.querySelector('a'));
  if (at < 0) return;
  event.preventDefault();
  links[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
}
