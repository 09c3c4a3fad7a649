// The conversation's title; a double click, F2 or the menu makes it a field.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { composing } from '../state/commands.js';
import { t } from '../words/words.js';
import { toReading } from './focus.js';
import { html } from './html.js';

export function Title({ session, sessionId }) {
  const { places } = usePage();
  const title = session?.title || (sessionId ? '' : t('conversation.new-chat'));
  if (places.renaming.value && session) return html`<${Editor} session=${session} />`;
  const rename = () => { if (session && sessionId) places.renaming.value = true; };
  return html`
    <div class="heading">
      <h1 class="title" dir="auto" title=${title} onDblClick=${rename}>${title}</h1>
      ${sessionId && session?.model && html`<span class="answers" dir="auto" title=${answering(session)}>${session.model}</span>`}
    </div>
  `;
}

/** Who answers, in full. */
const answering = ({ model, model_provider, engine }) => [model, model_provider, engine].filter(Boolean).join(' · ');

/** Enter and leaving it keep what was typed, Escape does not. */
function Editor({ session }) {
  const { places, filing } = usePage();
  const field = useRef(null);
  useLayoutEffect(() => field.current.select(), []);
  const close = (keep, byKey) => {
    if (!places.renaming.peek()) return;
    places.renaming.value = false;
    const title = field.current.value.trim();
    if (keep && title && title !== session.title) filing.rename(session, title);
    if (byKey) toReading();
  };
  const key = (event) => {
    if (composing(event) || (event.key !== 'Enter' && event.key !== 'Escape')) return;
    event.preventDefault();
    event.stopPropagation();
    close(event.key === 'Enter', true);
  };
  return html`
    <input ref=${field} class="heading title-field" aria-label=${t('conversation.title')} defaultValue=${session.title} maxlength="500" dir="auto"
      onBlur=${() => close(true, false)} onKeyDown=${key} />
  `;
}
