// How the session's agent works: the modes that it offers.

import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Popover } from './popover.js';

export default function ModeChooser() {
  const { agents } = usePage();
  const mode = agents.mode.value;
  const label = t('agents.mode-is', { name: mode?.name ?? t('agents.mode') });
  const face = html`<span>${mode?.name ?? t('agents.mode')}</span><${Icon} name="expand" />`;
  return html`
    <${Popover} label=${label} className="quiet model mode" menuClass="modes" face=${face}>
      ${(close) => agents.modes.value.map((one) => html`
        <button key=${one.id} type="button" role="menuitemradio" tabindex="-1" aria-checked=${one.id === mode?.id ? 'true' : 'false'}
          onClick=${() => { close(); agents.chooseMode(one.id); }}>
          <span class="option-mark">${one.id === mode?.id && html`<${Icon} name="check" />`}</span>
          <span class="mode-words" dir="auto">${one.name}${one.description && html`<small>${one.description}</small>`}</span></button>`)}
    <//>
  `;
}
