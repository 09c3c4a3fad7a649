// System, light, dark.

import { usePage } from '../page/page.js';
import { CHOICES } from '../state/preferences.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const ICONS = { system: 'system', light: 'sun', dark: 'moon' };

export function ThemeSwitch() {
  const { preferences } = usePage();
  const chosen = preferences.of('theme').value;
  return html`
    <div class="segments" role="radiogroup" aria-label=${t('app.theme')}>
      ${CHOICES.theme.map((name) => html`
        <label title=${t(`app.theme-${name}`)} key=${name}>
          <input type="radio" name="theme" value=${name} aria-label=${t(`app.theme-${name}`)} checked=${chosen === name}
            onChange=${() => preferences.choose('theme', name)} /><${Icon} name=${ICONS[name]} />
        </label>`)}
    </div>
  `;
}
