// The main part of the page: title, conversation or what stands in its place, composer.

import { usePage } from '../page/page.js';
import { Composer } from './composer.js';
import { EmptyState } from './empty-state.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { StatusLine } from './status-line.js';
import { Transcript } from './transcript.js';

export function Conversation({ inert, openDrawer }) {
  const { store } = usePage();
  const { sessionId, session } = store.conversation.value;
  const title = titleOf(session, sessionId);
  return html`
    <main class="main" inert=${inert}>
      <header class="top">
        <button type="button" class="quiet drawer-button" aria-label="Conversations" onClick=${openDrawer}><${Icon} name="menu" /></button>
        <h1 class="title" dir="auto" title=${title}>${title}</h1>
        <${NewChat} />
      </header>
      <div class="stage-area"><${StatusLine} /><${Body} /></div>
      <${Composer} />
    </main>
  `;
}

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
  if (error?.status === 404) return html`<${Notice} text="There is no conversation at this address. It may have been deleted." />`;
  if (!loaded) return html`<${Opening} error=${error} />`;
  if (!messages.length && !store.rows.value.length) return html`<${EmptyState} />`;
  return html`<${Transcript} key=${view} />`;
}

const Opening = ({ error }) => html`<div class="opening" aria-busy="true">${error && html`<p>${error.message}</p>`}</div>`;

function Notice({ text }) {
  const { router } = usePage();
  return html`<div class="notice"><p>${text}</p>
    <button type="button" class="secondary" onClick=${() => router.go(null)}>Start a new chat</button></div>`;
}
