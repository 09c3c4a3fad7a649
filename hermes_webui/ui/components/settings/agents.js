// Agents: programs of this machine that work by themselves. Which are here, whether they answer, how the others are installed.

import { useEffect } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { t } from '../../words/words.js';
import { html, withCode } from '../html.js';
import { Icon } from '../icon.js';
import { Closed } from './closed.js';
import { Said, useRequest } from './fields.js';

export function Agents({ tools }) {
  useEffect(() => { tools.load('agents'); }, []);
  const told = tools.told.agents.value;
  if (!told) return html`<${Closed} server=${tools.part('agents')} />`;
  const [here, missing] = [told.agents.filter(({ found }) => found), told.agents.filter(({ found }) => !found)];
  return html`
    <p class="hint">${withCode(t('agents.agents-hint'))}</p>
    ${here.length > 0 ? html`<ul class="providers">${here.map((agent) => html`<${Agent} key=${agent.id} agent=${agent} tools=${tools} />`)}</ul>`
      : html`<p class="none-found">${t('agents.none-found')}</p>`}
    ${missing.length > 0 && html`<section class="part" aria-labelledby="agents-missing">
      <h3 id="agents-missing">${t('agents.installable')}</h3>
      <ul class="providers">${missing.map((agent) => html`<${Missing} key=${agent.id} agent=${agent} />`)}</ul></section>`}
  `;
}

const STATES = { idle: () => t('agents.state-idle'), running: () => t('agents.state-running'), failed: () => t('agents.state-failed') };

function Agent({ agent: { id, name, command, version, state, message, from }, tools }) {
  const { models } = usePage();
  const [busy, said, run] = useRequest();
  const test = () => run(async () => {
    const answer = await tools.test('agents', '/api/agents/test', { id });
    models.load(); // it has told what it offers
    const seconds = Math.round((answer.seconds ?? 0) * 10) / 10;
    return { good: answer.ok, text: answer.ok ? t('agents.agent-answers', { name, seconds }) : withCode(answer.message) };
  });
  const facts = [version, STATES[state]?.(), from === 'config.toml' && t('agents.from-config')].filter(Boolean).join(' · ');
  return html`
    <li class="provider">
      <div class="provider-head">
        <span class=${`provider-mark ${state === 'failed' ? '' : 'ready'}`}><${Icon} name=${state === 'failed' ? 'alert' : 'agent'} /></span>
        <div class="provider-name"><h3>${name}</h3><p class="hint">${facts}</p><p class="hint"><code dir="ltr">${[command].flat().join(' ')}</code></p></div>
        <button type="button" class="secondary small" disabled=${busy} aria-label=${t('settings.test-of', { name })} onClick=${test}>${t('settings.test')}</button>
      </div>
      ${state === 'failed' && message && !said && html`<p class="said bad">${withCode(message)}</p>`}
      <${Said} said=${said} busy=${busy} />
    </li>
  `;
}

const Missing = ({ agent: { name, install, message } }) => html`
  <li class="provider"><div class="provider-head">
    <span class="provider-mark"><${Icon} name="agent" /></span>
    <div class="provider-name"><h4>${name}</h4><p class="hint install">${install ? html`<code dir="ltr">${install}</code>` : message || t('composer.not-yet')}</p></div></div></li>
`;
