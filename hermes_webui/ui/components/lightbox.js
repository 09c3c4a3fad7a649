// A picture or a PDF by itself, over the page: Esc, the button or a press beside it lead back.

import { render } from 'preact';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { styled } from './styled.js';

export const show = (address, name) => open(address, name, html`<img src=${address} alt=${name} />`);

export async function showPdf(address, name) {
  const { PdfView } = await styled('pdf', import('./pdf-view.js'));
  const save = ({ target }) => target.closest('dialog').querySelector('a[download]').click();
  open(address, name, html`<div class="lightbox-pdf"><${PdfView} address=${address} name=${name} download=${save} /></div>`);
}

function open(address, name, content) {
  const opener = document.activeElement;
  const dialog = document.createElement('dialog');
  dialog.className = 'lightbox';
  dialog.setAttribute('aria-label', name);
  document.body.append(dialog);
  dialog.addEventListener('click', ({ target }) => { if (!target.closest('img, a, button, .pdf-page, .pdf-bar, .pdf-fault')) dialog.close(); });
  dialog.addEventListener('close', () => {
    render(null, dialog);
    dialog.remove();
    opener?.focus();
  });
  render(html`
    <div class="lightbox-head"><span dir="auto">${name}</span>
      <a class="quiet" href=${address} download=${name} aria-label=${t('composer.save-file', { name })}><${Icon} name="down" /></a>
      <button type="button" class="quiet" aria-label=${t('composer.close')} onClick=${() => dialog.close()}><${Icon} name="close" /></button></div>
    ${content}
  `, dialog);
  dialog.showModal();
}
