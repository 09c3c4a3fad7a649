// What the agent means to do: one line over the composer, how far it is and what it is at; all of it on demand.

import { usePage } from '../page/page.js';
import { progressOf } from '../state/asking.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const STATES = { completed: () => t('agents.step-done'), in_progress: () => t('agents.step-now'), pending: () => t('agents.step-open') };

export default function Plan() {
  const { store, storage } = usePage();
  const progress = progressOf(store.standing.value);
  if (!progress) return null;
  const { done, all, now, entries } = progress;
  const running = Boolean(store.standing.value.run);
  return html`
    <details class="plan" open=${storage.get('planOpen') ?? false} onToggle=${({ target }) => storage.set('planOpen', target.open)}>
      <summary><${Icon} name="right" /><span class="plan-name">${t('agents.plan')}</span>
        <progress class="plan-part" max=${all} value=${done} aria-label=${t('agents.plan')}></progress>
        <span class="plan-count">${t('agents.progress', { done, all })}</span>
        ${now && html`<span class="plan-now" dir="auto">${now}</span>`}</summary>
      <ol>${entries.map(({ content, status, priority }, at) => html`
        <li key=${at} class=${`${status} ${priority} ${running ? 'running' : ''}`}><span class="plan-mark" aria-hidden="true">${status === 'completed' && html`<${Icon} name="check" />`}</span>
          <span dir="auto">${content}</span><span class="away">${STATES[status]?.() ?? status}</span></li>`)}</ol>
    </details>
  `;
}
