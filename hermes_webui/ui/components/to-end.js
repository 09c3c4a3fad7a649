// The way back to the end, and how much is new there.

import { useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function ToEnd({ following, last, go }) {
  const { store } = usePage();
  const count = store.standing.value.session?.message_count ?? 0;
  const left = useRef({ last, count });
  if (following) left.current = { last, count };
  if (following) return null;
  const [name, words] = told({ more: count - left.current.count, whole: store.whole.value, grew: hasGrown(last, left.current.last) });
  return html`
    <button type="button" class=${`to-end ${words ? 'worded' : ''}`} onClick=${go} aria-label=${name}><${Icon} name="down" />${words}</button>
  `;
}

/** The button's name, and what it says to the eye. */
function told({ more, whole, grew }) {
  if (more > 0) return [t('conversation.to-new', { count: more }), t('conversation.new-messages', { count: more })];
  if (!whole) return [t('conversation.to-newest'), t('conversation.to-newest')];
  return grew ? [t('conversation.to-new-text'), t('conversation.new')] : [t('conversation.to-end'), ''];
}

const hasGrown = (last, before) => last !== before && (last?.key !== before?.key || last?.text !== before?.text);
