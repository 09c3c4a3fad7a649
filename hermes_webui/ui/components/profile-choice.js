// What a new conversation begins with: one of the profiles, or none.

import { useId } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';

export function ProfileChoice() {
  const { models } = usePage();
  const id = useId();
  const chosen = models.profile.value?.id ?? '';
  const options = [['', t('around.no-profile')], ...models.profiles.value.map((one) => [one.id, one.name])];
  return html`
    <p class="begin-with">
      <label for=${id}>${t('around.begin-with')}</label>
      <select id=${id} onChange=${({ target }) => models.begin(target.value)}>
        ${options.map(([value, name]) => html`<option key=${value} value=${value} selected=${value === chosen}>${name}</option>`)}
      </select>
    </p>
  `;
}
