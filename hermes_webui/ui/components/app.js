// The whole page.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { BESIDE } from '../page/workspace.js';
import { t } from '../words/words.js';
import { Announcer } from './announcer.js';
import { Conversation } from './conversation.js';
import { html } from './html.js';
import { late } from './late.js';
import { Panel } from './panel.js';
import { Sidebar } from './sidebar.js';
import { Toasts } from './toasts.js';
import { styled } from './styled.js';

const Login = late(() => import('./login.js'), 'Login');
const WorkspacePanel = late(() => styled('workspace', import('./workspace/panel.js')), 'WorkspacePanel');
const NARROW = '(max-width: 760px)';

export function App() {
  const page = usePage();
  const narrow = useMedia(NARROW);
  const beside = useMedia(BESIDE);
  const drawer = page.panels.drawer.value;
  const files = page.workspace.open.value;
  const setDrawer = (open) => { page.panels.drawer.value = open; };
  useTitle(page);
  if (page.store.link.value.login) return html`<${Login} />`;
  const open = narrow && drawer;
  const hidden = !narrow && page.sidebar.hidden.value;
  const openList = () => (hidden ? page.sidebar.toggle(false) : setDrawer(true));
  return html`
    <div class=${`shell ${open ? 'drawer-open' : ''} ${hidden ? 'alone' : ''} ${files ? 'with-workspace' : ''}`}>
      <${Sidebar} inert=${(narrow && !drawer) || hidden} close=${() => setDrawer(false)} />
      <div class="scrim" onClick=${() => setDrawer(false)}></div>
      <${Conversation} inert=${open || (files && !beside)} openDrawer=${openList} />
      ${files && html`<${WorkspacePanel} />`}
    </div>
    <${Panel} /><${Toasts} /><${Announcer} />
  `;
}

function useMedia(query) {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const changed = () => setMatches(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, [query]);
  return matches;
}

/** What waits for an answer here stands first; what is new or waits elsewhere is counted. */
function useTitle({ store }) {
  const { session, asked, sessionId } = store.standing.value;
  const title = session?.title;
  const { unread, rows } = store.list.value;
  const elsewhere = rows.filter(({ asks, session_id }) => asks && session_id !== sessionId && !unread.has(session_id)).length;
  const news = unread.size + elsewhere;
  useEffect(() => {
    const words = [asked.length ? t('agents.needs-you') : '', title ?? '', 'Hermes'].filter(Boolean).join(' · ');
    document.title = `${news ? `(${news}) ` : ''}${words}`;
  }, [title, news, asked.length]);
}
