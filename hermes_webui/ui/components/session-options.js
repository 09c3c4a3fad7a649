// How this conversation is answered: as whom, and with which tools. Part of the composer's menu.

import { useEffect } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export default function SessionOptions({ drawn }) {
  const { agents } = usePage();
  useEffect(() => { agents.load(); }, []);
  const [sets, people] = [agents.toolsets.value?.all ?? [], agents.personalities.value];
  useEffect(drawn, [sets.length, people.length]);
  if (!agents.hasTools.value || (!sets.length && !people.length)) return null;
  return html`
    <div class="session-options">
      ${people.length > 0 && html`<div role="group" aria-label=${t('agents.personality')}><p class="menu-head" aria-hidden="true">${t('agents.personality')}</p>
        <${Radio} name=${t('agents.personality-none')} on=${!agents.personality} run=${() => agents.choosePersonality('')} />
        ${people.map(({ id, name }) => html`<${Radio} key=${id} name=${name} on=${agents.personality === id} run=${() => agents.choosePersonality(id)} />`)}</div>`}
      ${sets.length > 0 && html`<div role="group" aria-label=${t('agents.tools-here')}><p class="menu-head" aria-hidden="true">${t('agents.tools-here')}</p>
        ${sets.map((set) => html`<${Tools} key=${set.id} set=${set} on=${agents.enabled.includes(set.id)} />`)}</div>`}
    </div>
  `;
}

const Radio = ({ name, on, run }) => html`
  <button type="button" role="menuitemradio" tabindex="-1" aria-checked=${on ? 'true' : 'false'} onClick=${run}>
    <span class="option-mark">${on && html`<${Icon} name="check" />`}</span><span dir="auto">${name}</span></button>
`;

function Tools({ set: { id, name, description, tools = [] }, on }) {
  const { agents } = usePage();
  return html`
    <button type="button" role="menuitemcheckbox" tabindex="-1" aria-checked=${on ? 'true' : 'false'} title=${description} onClick=${() => agents.switchSet(id, !on)}>
      <span class="option-mark">${on && html`<${Icon} name="check" />`}</span><span dir="auto">${name}<small>${t('agents.tool-count', { count: tools.length })}</small></span></button>
  `;
}
