// A password is set on this server and this browser has not given it.

import { useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { html } from './html.js';

export function Login() {
  const page = usePage();
  const field = useRef(null);
  const [problem, setProblem] = useState('');
  const submit = async (event) => {
    event.preventDefault();
    setProblem('');
    await page.login(field.current.value).catch((error) => setProblem(error.message));
  };
  return html`
    <main class="login">
      <form onSubmit=${submit}>
        <h1>Hermes</h1>
        <label for="password">Password of this server</label>
        <input id="password" ref=${field} type="password" autocomplete="current-password" required autofocus
          aria-describedby="login-problem" />
        <p id="login-problem" class="problem" role="alert">${problem}</p>
        <button type="submit" class="primary">Log in</button>
      </form>
    </main>
  `;
}
