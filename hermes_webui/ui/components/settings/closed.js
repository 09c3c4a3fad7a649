// In place of a section that the server does not give: why, and what to do; or that it is under way.

import { t } from '../../words/words.js';
import { html } from '../html.js';

export function Closed({ server }) {
  const error = server.error.value;
  return error
    ? html`<p class="said bad" role="alert">${error.message}</p>
        <button type="button" class="secondary" onClick=${() => server.load()}>${t('app.again')}</button>`
    : html`<p class="hint" role="status">${t('settings.asking')}</p>`;
}
