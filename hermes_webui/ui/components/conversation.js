// The main part of the page: title, conversation or what stands in its place, composer.

import { useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { isFinal } from '../state/link.js';
import { t } from '../words/words.js';
import { Composer } from './composer.js';
import { EmptyState } from './empty-state.js';
import { Header } from './header.js';
import { html } from './html.js';
import { late } from './late.js';
import { Missing } from './missing.js';
import { Row } from './row.js';
import { StatusLine } from './status-line.js';
import { Transcript } from './transcript.js';
import { styled } from './styled.js';

const FindBar = late(() => styled('navigate', import('./find-bar.js')), 'FindBar');
const Outline = late(() => styled('navigate', import('./outline.js')), 'Outline');

export function Conversation({ inert, openDrawer }) {
  const { store, places } = usePage();
  const { sessionId, loaded, error, trashed, view } = store.standing.value;
  const dead = trashed || isDead(loaded, error);
  const here = Boolean(sessionId) && loaded && !dead;
  return html`
    <main class=${`main ${here && places.outlined.value ? 'outlined' : ''}`} inert=${inert}>
      <${Header} openDrawer=${openDrawer} dead=${dead} />
      <div class="stage-area"><${StatusLine} /><${Missing} />
        ${here && places.finding.value && html`<${FindBar} />`}<${Body} /></div>
      ${!dead && html`<${Composer} />`}
      ${here && places.outlined.value && html`<${Outline} key=${`outline-${view}`} />`}
    </main>
  `;
}

/** There is nothing at this address, or nothing that this page may see. */
const isDead = (loaded, error) => Boolean(error) && isFinal(error) && (!loaded || error.status === 404);

function Body() {
  const { store } = usePage();
  const { view, loaded, error, trashed, messages } = store.standing.value;
  if (isDead(loaded, error) && error.purged) return html`<${Notice} text=${t('conversation.purged')} />`;
  if (trashed || (isDead(loaded, error) && error.trashed)) return html`<${Deleted} />`;
  if (isDead(loaded, error)) return html`<${Notice} text=${error.status === 403 ? error.message : t('conversation.none-here')} />`;
  if (!loaded) return html`<${Opening} error=${error} />`;
  if (!messages.length && !store.rows.value.length) return html`<${EmptyState} />`;
  return html`<${Messages} key=${view} />`;
}

/** Replies that are there already are drawn when they can be drawn as they will stay. */
function Messages() {
  const { drawing, store } = usePage();
  const begun = useRef(false);
  begun.current ||= drawing.settled.value || !store.standing.value.messages.some(({ role }) => role === 'assistant');
  return begun.current ? html`<${Transcript} />` : html`<${Opening} />`;
}

/** What is to be shown is on its way. Why it does not come is said once: the line about the server may say it already. */
function Opening({ error }) {
  const { store } = usePage();
  const words = store.link.value.state === 'away' ? null : error?.message;
  const sent = store.rows.value.filter(({ prompt }) => prompt); // what was sent before it was here
  return html`<div class="opening" aria-busy="true">${words ? html`<p>${words}</p>` : html`<span class="pulse"></span>`}</div>
    ${sent.length > 0 && html`<div class="rows opening-sent">${sent.map((row, at) => html`<${Row} key=${row.key} row=${row} at=${at} />`)}</div>`}`;
}

function Notice({ text, children }) {
  const { router } = usePage();
  return html`<div class="notice"><p>${text}</p><div class="notice-actions">${children}
    <button type="button" class="secondary" onClick=${() => router.go(null)}>${t('conversation.new-chat')}</button></div></div>`;
}

/** It is in the trash, and can come back from there. */
function Deleted() {
  const { filing, store } = usePage();
  const { sessionId, session } = store.standing.value;
  const restore = () => filing.restore([{ session_id: sessionId, title: session?.title }]);
  return html`<${Notice} text=${t('conversation.deleted')}>
    <button type="button" class="primary" onClick=${restore}>${t('list.restore')}</button><//>`;
}
