// Prompts that wait for the reply to end.

import { usePage } from '../page/page.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function Queue() {
  const { store, reading } = usePage();
  const { queue, held } = store.conversation.value;
  if (!queue.length) return null;
  return html`
    <div class="queue" role="group" aria-label="Queued messages">
      <p>${held ? 'Held after the last reply broke off' : 'Next'}
        ${held && html`<button type="button" class="link" onClick=${() => reading.resume()}>Send now</button>`}</p>
      <ul>${queue.map((item) => html`
        <li key=${item.queue_id}><span dir="auto">${item.content}</span>
          <button type="button" class="quiet" aria-label=${`Remove “${item.content.slice(0, 40)}” from the queue`}
            onClick=${() => reading.cancel(item.run_id)}><${Icon} name="close" /></button></li>`)}
      </ul>
    </div>
  `;
}
