// Two drafts of one prompt: another tab or device wrote something else. Nothing is thrown away unasked.

import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { toComposer } from './focus.js';
import { html } from './html.js';

export default function Conflict({ other }) {
  const { drafting } = usePage();
  const done = (choose) => () => {
    choose();
    toComposer();
  };
  return html`
    <section class="conflict" role="group" aria-label=${t('composer.two-drafts')}>
      <p>${t('composer.two-drafts')}</p>
      <blockquote dir="auto" tabindex="0">${other}</blockquote>
      <div class="conflict-foot">
        <button type="button" class="secondary small" onClick=${done(() => drafting.takeOther())}>${t('composer.use-other')}</button>
        <button type="button" class="secondary small" onClick=${done(() => drafting.keepMine())}>${t('composer.keep-mine')}</button>
        <button type="button" class="secondary small" onClick=${done(() => drafting.keepBoth())}>${t('composer.keep-both')}</button>
      </div>
    </section>
  `;
}
