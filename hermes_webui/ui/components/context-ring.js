// How much of what the model can read at once is used by this conversation, as far as its last reply tells.

import { usePage } from '../page/page.js';
import { contextOf } from '../state/choice.js';
import { locale, t } from '../words/words.js';
import { html } from './html.js';

const NEARLY = 0.8;

export function ContextRing() {
  const { store, models } = usePage();
  const { messages } = store.standing.value;
  const found = contextOf(messages, models.length.value);
  if (!found) return null;
  const { used, length } = found;
  const part = Math.min(used / length, 1);
  const percent = new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 }).format(part);
  const words = t('composer.context', { percent, used, length });
  return html`
    <span class=${`ring ${part >= NEARLY ? 'nearly' : ''}`} role="img" aria-label=${words} title=${words}>
      <svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7" />
        <circle class="ring-part" cx="10" cy="10" r="7" pathLength="100" stroke-dasharray=${`${Math.max(part * 100, 1)} 100`} /></svg>
    </span>
  `;
}
