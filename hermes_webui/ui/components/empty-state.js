// A conversation that has not begun. The first time: what is found here to talk to, and what one may rely on. Later only a
// greeting and something to begin with; with the server away, what this browser holds.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { listed, rich, t } from '../words/words.js';
import { toComposer } from './focus.js';
import { Held } from './held.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { late } from './late.js';

const ProfileChoice = late(() => import('./profile-choice.js'), 'ProfileChoice');

const FACTS = [['disk', 'saved'], ['clock', 'lid'], ['retry', 'kept']];
const STARTS = ['log', 'script', 'weekend'];

export function EmptyState() {
  const { absent, drafting, models, storage, store } = usePage();
  const { loaded, total, query, project, source, view } = store.list.value;
  const whole = view === 'all' && project === null && source === null && !query.trim(); // a part of the list says nothing of the first time
  const begin = (text) => {
    drafting.edit(text);
    toComposer();
  };
  // Before the list is here, this browser's memory tells, so that nothing moves when it comes.
  const first = loaded && whole ? !total : !storage.get('visited');
  useEffect(() => { if (loaded && total) storage.set('visited', true); }, [loaded, total]);
  return html`
    <div class=${`empty ${first ? 'first' : ''}`}>
      <h1>${t('app.greeting')}</h1>
      ${models.profiles.value.length > 0 && html`<${ProfileChoice} />`}
      <ul class="starts" aria-label=${t('app.starts')}>
        ${STARTS.map((name) => t(`app.start-${name}`)).map((text) => html`
          <li key=${text}><button type="button" onClick=${() => begin(text)}>${text}</button></li>`)}
      </ul>
      ${absent.value && !loaded && html`<${Held} />`}
      ${first && !absent.value && html`<${Found} begin=${begin} /><${Facts} />`}
    </div>
  `;
}

/** What answers here, and the way to more. Before it is known it says nothing, and takes the room of a machine without a model. */
function Found({ begin }) {
  const { models, panels } = usePage();
  const all = models.providers.value;
  const agents = useAgents();
  const known = all.length > 0 && agents;
  const ready = all.filter((one) => one.ready && one.engine !== 'demo');
  const toKeys = () => panels.settings('models');
  return html`
    <section class="found" aria-busy=${known ? undefined : 'true'} aria-label=${t('app.found')}>
      ${ready.map((one) => html`<p key=${one.id}><${Icon} name="check" /><span>${rich('app.found-provider', {
        name: html`<strong>${one.name}</strong>`, models: t('app.models', { count: one.models?.length ?? 0 }) })}</span></p>`)}
      ${!ready.length && html`<p><${Icon} name="plug" /><span>${t('app.found-none')}</span></p>`}
      ${agents?.length > 0 && html`<p><${Icon} name="tool" /><span>${t('app.found-agents', { names: listed(agents) })}</span></p>`}
      <div class="found-ways">
        ${!ready.length && html`<button type="button" class="primary" onClick=${() => begin(t('app.start-log'))}>${t('app.try-demo')}</button>`}
        <button type="button" class="secondary" onClick=${toKeys}>${ready.length ? t('app.more-models') : t('app.connect')}</button>
      </div>
    </section>
  `;
}

/** Commands of agents on the server's machine, null before they are known: named only, and only to its owner. */
function useAgents() {
  const { api } = usePage();
  const [agents, setAgents] = useState(null);
  useEffect(() => { api.get('/api/settings').then((told) => setAgents(told.agents ?? []), () => setAgents([])); }, []);
  return agents;
}

const Facts = () => html`
  <ul class="assurances">${FACTS.map(([icon, name]) => html`
    <li key=${name}><${Icon} name=${icon} /><p><strong>${t(`app.fact-${name}`)}</strong> ${t(`app.fact-${name}-words`)}</p></li>`)}
  </ul>
`;
