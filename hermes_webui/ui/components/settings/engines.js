// Who answers, and what each can do.

import { t } from '../../words/words.js';
import { html } from '../html.js';

const CAPS = ['images', 'tools', 'mcp', 'titles', 'resumable'];

export function Engines({ server }) {
  return html`
    <section class="engines">
      <h3>${t('settings.engines')}</h3>
      <ul>${server.engines.value.map(({ name, caps }) => html`
        <li key=${name}><strong>${t(`settings.engine-${name === 'demo' || name === 'model' ? name : 'other'}`, { name })}</strong>
          <span class="hint">${capsOf(caps)}</span></li>`)}</ul>
    </section>
  `;
}

const capsOf = (caps) => CAPS.filter((name) => caps[name]).map((name) => t(`settings.cap-${name}`)).join(' · ') || t('settings.cap-text');
