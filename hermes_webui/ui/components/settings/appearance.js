// How the page looks in this browser.

import { usePage } from '../../page/page.js';
import { CHOICES } from '../../state/preferences.js';
import { LANGUAGES, t } from '../../words/words.js';
import { html } from '../html.js';
import { Choice, Select } from './fields.js';

const LOOKS = ['theme', 'accent', 'density', 'size', 'width', 'code'];
/** From the least to the most, where that is an order. */
const STEPS = { size: ['small', 'normal', 'large', 'larger'], width: ['narrow', 'normal', 'wide', 'full'], code: ['small', 'normal', 'large'] };

export function Appearance() {
  const { preferences } = usePage();
  return html`
    ${LOOKS.map((name) => html`
      <${Choice} key=${name} name=${t(`settings.${name}`)} className=${`look-${name}`} value=${preferences.of(name).value}
        options=${(STEPS[name] ?? CHOICES[name]).map((one) => [one, t(`settings.${name}-${one}`)])} choose=${(one) => preferences.choose(name, one)} />`)}
    <${Language} />
    <p class="hint">${t('settings.here')}</p>
  `;
}

/** The page's words are chosen before anything is drawn, so another language begins with the page again. */
function Language() {
  const { storage } = usePage();
  const choose = (code) => {
    if (code === 'auto') storage.remove('language');
    else storage.set('language', code);
    location.reload();
  };
  const options = [['auto', t('settings.language-auto')], ...Object.entries(LANGUAGES)];
  return html`<${Select} name=${t('settings.language')} hint=${t('settings.language-hint')} value=${storage.get('language') ?? 'auto'}
    options=${options} choose=${choose} />`;
}
