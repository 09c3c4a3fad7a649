// Asks what a prompt shall be called under which it is kept.

import { render } from 'preact';
import { t } from '../words/words.js';
import { html } from './html.js';

/** The name, or null where it is not wanted after all. */
export function ask(text) {
  const dialog = document.createElement('dialog');
  dialog.className = 'ask';
  dialog.setAttribute('aria-label', t('composer.keep-prompt'));
  const suggestion = text.split('\n', 1)[0].slice(0, 60);
  render(html`
    <form method="dialog">
      <label>${t('composer.prompt-name')}<input name="title" maxlength="100" required value=${suggestion} autocomplete="off" /></label>
      <p class="menu-hint">${t('composer.places-hint', { example: '{name}' })}</p>
      <div class="ask-foot"><button type="button" class="secondary" onClick=${() => dialog.close()}>${t('composer.cancel')}</button>
        <button type="submit" class="primary" value="keep">${t('composer.keep')}</button></div>
    </form>
  `, dialog);
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('input').select();
  return new Promise((resolve) => dialog.addEventListener('close', () => {
    const title = dialog.querySelector('input').value.trim();
    dialog.remove();
    resolve(dialog.returnValue === 'keep' && title ? title : null);
  }));
}
