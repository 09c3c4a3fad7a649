// Where a question waits out of sight: what it is, and the way to it.

import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export default function AskBar() {
  const { answering, commands, store } = usePage();
  const { first } = answering;
  if (!first || answering.seen.value.has(first.request_id)) return null;
  const more = store.asked.value.length - 1;
  return html`
    <button type="button" class="ask-bar" title=${commands.named('answer.show')} aria-keyshortcuts=${commands.aria('mod+j')} onClick=${() => answering.show()}>
      <${Icon} name="question" /><span class="ask-bar-words"><strong>${t('agents.needs-you')}</strong><span dir="auto">${first.title}</span></span>
      ${more > 0 && html`<span class="ask-bar-more">+${more}</span>`}<${Icon} name="down" />
    </button>
  `;
}
