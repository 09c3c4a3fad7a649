// The files that go with the next prompt: each with its way to the server, and with a way out.

import { usePage } from '../page/page.js';
import { isImage, addressOf, sizeOf } from '../state/attachments.js';
import { t } from '../words/words.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export default function Tray({ items }) {
  const { models } = usePage();
  const blind = models.readsImages.value === false && items.some(isImage);
  return html`
    ${blind && html`<p class="tray-note">${t('composer.no-images', { name: models.used.value })}</p>`}
    <ul class="tray" aria-label=${t('composer.attached')}>
    ${items.map((item) => html`<${Item} key=${item.key} item=${item} />`)}
  </ul>`;
}

function Item({ item }) {
  const { attaching } = usePage();
  const picture = isImage(item) ? attaching.picture(item.key) ?? (item.id && addressOf(item)) : null;
  const remove = () => {
    attaching.remove(item.key);
    toComposer();
  };
  return html`
    <li class=${`tray-item ${item.state}`} data-attachment=${item.state} title=${item.error ?? item.name}>
      ${picture ? html`<img class="tray-picture" src=${picture} alt="" />` : html`<span class="tray-picture"><${Icon} name="file" /></span>`}
      <span class="tray-words"><span class="file-name" dir="auto">${item.name}</span><${Way} item=${item} /></span>
      <button type="button" class="quiet" aria-label=${t('composer.remove-file', { name: item.name })} onClick=${remove}><${Icon} name="close" /></button>
      ${item.state === 'sending' && item.part < 1 && html`<progress class="tray-part" max="1" value=${item.part} aria-label=${item.name}></progress>`}
    </li>
  `;
}

function Way({ item }) {
  const { attaching } = usePage();
  if (item.state === 'refused') return html`<span class="tray-way" role="alert">${item.error}</span>`;
  if (item.state !== 'waiting') return html`<span class="tray-way">${sizeOf(item.size)}</span>`;
  return html`<span class="tray-way">${t('composer.file-waits')}${' '}
    <button type="button" class="link" onClick=${() => attaching.retry(item.key)}>${t('composer.try-again')}</button></span>`;
}
