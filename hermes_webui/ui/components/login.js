// A password is set on this server and this browser has not given it.

import { useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';

/** The server's sentence in the reader's language, by its code. */
const SENTENCES = {
  unauthorized: () => t('app.wrong-password'),
  too_many_requests: () => t('app.too-many-tries'),
  unreachable: () => t('app.unreachable'),
};

export function Login() {
  const page = usePage();
  const field = useRef(null);
  const [problem, setProblem] = useState('');
  const [capital, setCapital] = useState(false);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem('');
    await page.login(field.current.value).catch((error) => {
      setProblem(SENTENCES[error.code]?.() ?? error.message);
      field.current.select();
    });
    setBusy(false);
  };
  const watch = (event) => setCapital(Boolean(event.getModifierState?.('CapsLock')));
  return html`
    <main class="login">
      <form onSubmit=${submit}>
        <h1><img src=${new URL('../icon.svg', import.meta.url).href} alt="" width="40" height="40" />Hermes</h1>
        <label for="password">${t('app.password')}</label>
        <input id="password" ref=${field} type="password" autocomplete="current-password" required autofocus enterkeyhint="go"
          aria-describedby="login-hint login-problem" aria-invalid=${problem ? 'true' : undefined} onKeyDown=${watch} onKeyUp=${watch} />
        <p id="login-hint" class="caps" role="status">${capital ? t('app.caps-lock') : ''}</p>
        <p id="login-problem" class="problem" role="alert">${problem}</p>
        <button type="submit" class="primary" aria-disabled=${busy ? 'true' : undefined}>${t('app.log-in')}</button>
      </form>
    </main>
  `;
}
