// The password of this server.

import { useEffect, useRef } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { t } from '../../words/words.js';
import { html, withCode } from '../html.js';
import { Closed } from './closed.js';
import { Said, useRequest } from './fields.js';

export function Access({ server }) {
  useEffect(() => { server.load(); }, []);
  const told = server.told.value;
  if (!told) return html`<${Closed} server=${server} />`;
  const { from } = told.password;
  return html`
    <p>${from ? t('settings.password-set') : withCode(t('settings.password-none'))}</p>
    ${from === 'config.toml' ? html`<p class="hint">${withCode(t('settings.password-fixed'))}</p>` : html`<${Form} server=${server} told=${told.password} />`}
    ${from && html`<${LogOut} />`}
  `;
}

function Form({ server, told }) {
  const form = useRef(null);
  const [busy, said, run] = useRequest();
  const set = (password, done) => run(async () => {
    await server.change('password', { password, current: form.current.elements.current?.value ?? '' });
    form.current.reset();
    return done;
  });
  const submit = (event) => {
    event.preventDefault();
    set(form.current.elements.password.value, t('settings.password-changed'));
  };
  return html`
    <form ref=${form} class="provider-form" onSubmit=${submit}>
      ${told.from && html`<label for="current-password">${t('settings.password-current')}</label>
        <input id="current-password" class="field" name="current" type="password" autocomplete="current-password" required />`}
      <label for="new-password">${t('settings.password-new')}</label>
      <input id="new-password" class="field" name="password" type="password" autocomplete="new-password" minlength="8" required
        aria-describedby="password-hint" />
      <p class="hint" id="password-hint">${t('settings.password-hint')}</p>
      <${Said} said=${said} busy=${busy} />
      <div class="provider-buttons">
        <button type="submit" class="primary" disabled=${busy}>${told.from ? t('settings.password-change') : t('settings.password-set-it')}</button>
        ${told.from && !told.needed && html`
          <button type="button" class="link bad" onClick=${() => set('', t('settings.password-gone'))}>${t('settings.password-remove')}</button>`}
      </div>
    </form>
  `;
}

function LogOut() {
  const page = usePage();
  return html`<button type="button" class="secondary" onClick=${() => page.logout()}>${t('settings.logout')}</button>`;
}
