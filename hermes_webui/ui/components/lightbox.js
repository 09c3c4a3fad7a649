// A picture by itself, over the page: Esc, the button or a press beside it lead back.

import { render } from 'preact';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function show(address, name) {
  const opener = document.activeElement;
  const dialog = document.createElement('dialog');
  dialog.className = 'lightbox';
  dialog.setAttribute('aria-label', name);
  dialog.addEventListener('click', ({ target }) => { if (!target.closest('img, a, button')) dialog.close(); });
  dialog.addEventListener('close', () => {
    dialog.remove();
    opener?.focus();
  });
  render(html`
    <div class="lightbox-head"><span dir="auto">${name}</span>
      <a class="quiet" href=${address} download=${name} aria-label=${t('composer.save-file', { name })}><${Icon} name="down" /></a>
      <button type="button" class="quiet" aria-label=${t('composer.close')} onClick=${() => dialog.close()}><${Icon} name="close" /></button></div>
    <img src=${address} alt=${name} />
  `, dialog);
  document.body.append(dialog);
  dialog.showModal();
}
