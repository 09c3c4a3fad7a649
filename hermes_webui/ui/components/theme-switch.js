// System, light, dark.

import { usePage } from '../page/page.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const CHOICES = [['system', 'As the system'], ['light', 'Light'], ['dark', 'Dark']];
const ICONS = { system: 'system', light: 'sun', dark: 'moon' };

export function ThemeSwitch() {
  const { theme } = usePage();
  return html`
    <div class="segments" role="radiogroup" aria-label="Theme">
      ${CHOICES.map(([name, label]) => html`
        <label title=${label} key=${name}>
          <input type="radio" name="theme" value=${name} aria-label=${label} checked=${theme.choice.value === name}
            onChange=${() => theme.choose(name)} /><${Icon} name=${ICONS[name]} />
        </label>`)}
    </div>
  `;
}
