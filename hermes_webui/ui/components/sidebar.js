// What stands beside the conversation: new chat, search, projects, the list, archive and trash; as wide as one likes.

import { useEffect, useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { composing } from '../state/commands.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { late } from './late.js';
import { ProjectList } from './project-list.js';
import { SessionList } from './session-list.js';
import { SidebarEdge } from './sidebar-edge.js';

const SelectionBar = late(() => import('./selection-bar.js'), 'SelectionBar');
const ListMenu = late(() => import('./list-menu.js'), 'ListMenu');

export function Sidebar({ inert, close }) {
  const { commands, directory, places, router } = usePage();
  const open = (id) => {
    router.go(id);
    close();
  };
  const seek = (hit, query) => {
    places.seek(hit, query);
    close();
  };
  const { selection, menu } = directory;
  return html`
    <aside class="sidebar" aria-label=${t('list.name')} inert=${inert}>
      <div class="sidebar-head">
        <span class="brand">Hermes</span>
        <button type="button" class="new-chat" onClick=${() => open(null)} title=${commands.named('chat.new')}>
          <${Icon} name="plus" />${t('list.new')}
        </button>
      </div>
      <${Filter} />
      <${ProjectList} />
      <${SessionList} open=${open} seek=${seek} />
      <div class="sidebar-end">
        ${selection.value.ids.size > 0 && html`<${SelectionBar} />`}
        <${Foot} />
      </div>
      ${menu.value && html`<${ListMenu} />`}
      <${SidebarEdge} />
    </aside>
  `;
}

function Filter() {
  const { directory, store } = usePage();
  const { query } = store.list.value;
  const field = useRef(null);
  const typed = useRef('');
  useEffect(() => { // another part of the page asked for something; what has been typed since is never taken back
    const now = store.list.peek().query;
    if (now !== typed.current) field.current.value = typed.current = now;
  }, [query]);
  const search = (text) => {
    typed.current = text.replaceAll('＃', '#'); // as a Japanese or Chinese keyboard writes it
    directory.search(typed.current);
  };
  const key = (event) => {
    if (composing(event)) return;
    if (event.key === 'Escape' && field.current.value) {
      field.current.value = '';
      search('');
      event.preventDefault();
    }
    if (event.key === 'ArrowDown') {
      document.querySelector('.sessions [tabindex="0"]')?.focus();
      event.preventDefault();
    }
  };
  return html`
    <label class="filter"><${Icon} name="search" />
      <input type="search" maxlength="500" ref=${field} placeholder=${t('list.filter')} aria-label=${t('list.filter-name')}
        onInput=${({ target }) => search(target.value)} onKeyDown=${key} autocomplete="off" spellcheck=${false} />
    </label>
  `;
}

function Foot() {
  const { directory, store } = usePage();
  const { view } = store.list.value;
  const [foot, back] = [useRef(null), useRef(null)];
  const show = (name) => {
    const had = foot.current.contains(document.activeElement);
    directory.show({ view: name });
    if (had) requestAnimationFrame(() => (back.current ?? foot.current.querySelector('button')).focus());
  };
  return html`
    <div class="sidebar-foot" ref=${foot}>
      ${view === 'all' ? html`
        <button type="button" class="quiet wide" key="archive" onClick=${() => show('archive')}><${Icon} name="archive" />${t('list.archive-name')}</button>
        <button type="button" class="quiet wide" key="trash" onClick=${() => show('trash')}><${Icon} name="trash" />${t('list.trash-name')}</button>` : html`
        <button type="button" class="quiet wide" key="back" ref=${back} onClick=${() => show('all')}><${Icon} name="left" />${t('list.back')}</button>`}
      <${SettingsButton} />
    </div>
  `;
}

function SettingsButton() {
  const { commands, panels } = usePage();
  return html`
    <button type="button" class="quiet" aria-label=${t('settings.title')} title=${commands.named('settings.open')} onClick=${() => panels.settings()}>
      <${Icon} name="settings" /></button>
  `;
}
