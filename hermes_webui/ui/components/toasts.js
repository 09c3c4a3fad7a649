// Short sentences over the conversation's head, where they cover none of its last lines' buttons.

import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function Toasts() {
  const { toasts } = usePage();
  return html`
    <div class="toasts" role="status">
      ${toasts.items.value.map((item) => html`
        <div class="toast" key=${item.id} onMouseEnter=${() => toasts.stay(item.id)} onMouseLeave=${() => toasts.leaveSoon(item.id)}
          onFocusIn=${() => toasts.stay(item.id)} onFocusOut=${() => toasts.leaveSoon(item.id)}>
          <span>${item.text}</span>
          ${item.action && html`<button type="button" class="toast-action" onClick=${() => toasts.run(item)}>${item.action.name}</button>`}
          <button type="button" class="quiet" aria-label=${t('app.dismiss')} onClick=${() => toasts.remove(item.id)}><${Icon} name="close" /></button>
        </div>`)}
    </div>
  `;
}
