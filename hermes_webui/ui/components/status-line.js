// One line about the server, only where there is something to say. It lies over the conversation and moves nothing.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { GRACE_MS, statusOf } from '../state/link.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const RECOVERED_MS = 8000;

export function StatusLine() {
  const [status, dismiss] = useStatus();
  return html`
    <div class="status" role="status">
      ${status && html`<p class=${`status-line ${status.kind}`}>
        <${Icon} name=${status.kind === 'recovered' ? 'check' : 'alert'} /><span>${status.text}</span>
        ${status.kind === 'recovered' && html`
          <button type="button" class="quiet" aria-label=${t('app.dismiss')} onClick=${dismiss}><${Icon} name="close" /></button>`}
        ${status.kind === 'outdated' && html`<button type="button" class="link" onClick=${reload}>${t('app.reload')}</button>`}
      </p>`}
    </div>
  `;
}

/** What was typed is in the browser's storage, what was sent too: nothing of it is lost. */
const reload = () => location.reload();

/** What there is to say, and how it goes away: what was recovered does so by itself. */
function useStatus() {
  const { store, storage, version } = usePage();
  const link = store.link.value;
  const [now, setNow] = useState(Date.now());
  const [seen, setSeen] = useState(() => storage.get('recovered'));
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), GRACE_MS);
    return () => clearTimeout(timer);
  }, [link.state, link.since]);
  const status = statusOf(link, Math.max(now, link.state === 'away' ? now : 0), seen, version.own);
  const dismiss = () => {
    storage.set('recovered', link.boot);
    setSeen(link.boot);
  };
  useEffect(() => {
    const timer = status?.kind === 'recovered' ? setTimeout(dismiss, RECOVERED_MS) : 0;
    return () => clearTimeout(timer);
  }, [status?.kind, link.boot]);
  return [status, dismiss];
}
