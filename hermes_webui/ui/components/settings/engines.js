// Who answers, by the names that the menu of models has, and what each can do; agents that are not on this machine come after.

import { usePage } from '../../page/page.js';
import { listed, t } from '../../words/words.js';
import { html } from '../html.js';

const CAPS = ['images', 'tools', 'mcp', 'titles', 'resumable'];
const OWN = { demo: () => t('settings.engine-demo'), model: () => t('settings.engine-model') };

export function Engines({ server }) {
  const engines = server.engines.value;
  const missing = engines.filter(({ found }) => !found);
  return html`
    <section class="engines">
      <h3>${t('settings.engines')}</h3>
      <ul>${engines.filter(({ found }) => found).map(({ name, title, caps }) => html`
        <li key=${name}><strong>${OWN[name]?.() ?? title}</strong> <span class="hint">${capsOf(caps)}</span></li>`)}</ul>
      ${missing.length > 0 && html`<${Missing} names=${missing.map(({ title }) => title)} />`}
    </section>
  `;
}

function Missing({ names }) {
  const { panels } = usePage();
  return html`
    <p class="hint not-here"><span>${t('settings.engines-missing', { names: listed(names) })}</span>
      <button type="button" class="link" onClick=${() => panels.settings('agents')}>${t('settings.engines-how')}</button></p>
  `;
}

const capsOf = (caps) => CAPS.filter((name) => caps[name]).map((name) => t(`settings.cap-${name}`)).join(' · ') || t('settings.cap-text');
