// Why a message that somebody wanted to see is not shown.

import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function Missing() {
  const { places } = usePage();
  const missing = places.missing.value;
  if (!missing) return null;
  const elsewhere = missing.kind === 'elsewhere';
  return html`
    <div class="missing" role="status"><${Icon} name="alert" />
      <p>${t(elsewhere ? 'conversation.elsewhere' : 'conversation.unknown-message')}</p>
      ${elsewhere && html`<button type="button" class="secondary small" onClick=${() => places.showVersion(missing.id)}>
        ${t('conversation.show-version')}</button>`}
      <button type="button" class="quiet" aria-label=${t('conversation.dismiss')} onClick=${() => { places.missing.value = null; }}>
        <${Icon} name="close" /></button>
    </div>
  `;
}
