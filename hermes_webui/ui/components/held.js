// With the server away: what waits in this browser to be sent, and what was half written, each with the way to it.

import { usePage } from '../page/page.js';
import { heldIn } from '../state/held.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function Held() {
  const { router, storage } = usePage();
  const items = heldIn(storage);
  if (!items.length) return null;
  const open = (event, id) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    router.go(id);
  };
  return html`
    <section class="held" aria-label=${t('app.held')}>
      <h2>${t('app.held')}</h2>
      <ul>${items.map(({ kind, id, text }) => html`
        <li key=${`${kind}${id}${text}`}><a href=${`/c/${encodeURIComponent(id)}`} onClick=${(event) => open(event, id)}>
          <${Icon} name=${kind === 'draft' ? 'edit' : 'clock'} /><span dir="auto">${text}</span><em>${t(`app.held-${kind}`)}</em></a></li>`)}
      </ul>
    </section>
  `;
}
