// The main part of the page: title, conversation or what stands in its place, composer.

import { usePage } from '../page/page.js';
import { isFinal } from '../state/link.js';
import { Composer } from './composer.js';
import { EmptyState } from './empty-state.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { StatusLine } from './status-line.js';
import { Transcript } from './transcript.js';

export function Conversation({ inert, openDrawer }) {
  const { store } = usePage();
  const { sessionId, session, loaded, error, trashed } = store.conversation.value;
  const known = session ?? store.list.value.rows.find((row) => row.session_id === sessionId);
  const title = titleOf(known, sessionId);
  const dead = trashed || isDead(loaded, error);
  return html`
    <main class="main" inert=${inert}>
      <header class="top">
        <button type="button" class="quiet drawer-button" aria-label="Conversations" onClick=${openDrawer}><${Icon} name="menu" /></button>
        <h1 class="title" dir="auto" title=${title}>${title}</h1>
        <${NewChat} />
      </header>
      <div class="stage-area"><${StatusLine} /><${Body} /></div>
      ${!dead && html`<${Composer} />`}
    </main>
  `;
}

/** There is nothing at this address, or nothing that this page may see. */
const isDead = (loaded, error) => Boolean(error) && isFinal(error) && (!loaded || error.status === 404);

const titleOf = (session, sessionId) => session?.title || (sessionId ? '' : 'New chat');

function NewChat() {
  const { router } = usePage();
  return html`
    <button type="button" class="quiet drawer-button" aria-label="New chat" onClick=${() => router.go(null)}>
      <${Icon} name="plus" />
    </button>
  `;
}

function Body() {
  const { store } = usePage();
  const { view, loaded, error, trashed, messages } = store.conversation.value;
  if (trashed) return html`<${Notice} text="This conversation was deleted, here or in another tab." />`;
  if (isDead(loaded, error)) return html`<${Notice} text=${error.status === 403 ? error.message : 'There is no such conversation here.'} />`;
  if (!loaded) return html`<${Opening} error=${error} />`;
  if (!messages.length && !store.rows.value.length) return html`<${EmptyState} />`;
  return html`<${Transcript} key=${view} />`;
}

const Opening = ({ error }) => html`<div class="opening" aria-busy="true">${error && html`<p>${error.message}</p>`}</div>`;

function Notice({ text }) {
  const { router } = usePage();
  return html`<div class="notice"><p>${text}</p>
    <button type="button" class="secondary" onClick=${() => router.go(null)}>New chat</button></div>`;
}
