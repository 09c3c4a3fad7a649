// A notification of the system when a reply ends, or waits for an answer, while nobody looks at the page; only where it was
// switched on.

import { effect } from '@preact/signals';
import { asking, began, ended, running } from '../state/list-changes.js';
import { t } from '../words/words.js';

export class Notifying {
  #page;
  #running = new Map();
  #asking = new Map();

  constructor(page) {
    this.#page = page;
    const { preferences, store } = page;
    addEventListener('visibilitychange', () => this.#look());
    effect(() => {
      const { rows } = store.list.value;
      if (preferences.of('notify').value && document.hidden) this.#compare(rows);
    });
  }

  #look() {
    const rows = document.hidden ? this.#page.store.list.peek().rows : [];
    this.#running = running(rows);
    this.#asking = asking(rows);
  }

  #compare(rows) {
    for (const row of began(this.#asking, rows)) this.#tell(row, t('agents.needs-you'));
    for (const row of ended(this.#running, rows)) this.#tell(row, t(row.last_run?.state === 'failed' ? 'app.reply-failed' : 'app.reply-done'));
    this.#running = running(rows);
    this.#asking = asking(rows);
  }

  /** Tabs that tell the same replace one another by its tag. */
  #tell({ session_id, title }, words) {
    if (globalThis.Notification?.permission !== 'granted') return;
    const path = `/c/${encodeURIComponent(session_id)}`;
    const options = { body: words, tag: session_id, icon: '/static/icons/icon-192.png', data: { path } };
    try {
      const shown = new Notification(title || t('app.untitled'), options);
      shown.onclick = () => { focus(); this.#page.router.go(session_id); shown.close(); };
    } catch { // browsers of phones let only the service worker do it
      navigator.serviceWorker?.ready.then((worker) => worker.showNotification(title || t('app.untitled'), options));
    }
  }
}
