// A provider's key, or an address of one's own. A key goes to the server and does not come back.

import { useId, useRef } from 'preact/hooks';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Said, useRequest } from './fields.js';

/** The test's outcome in the reader's language. */
export function spoken({ ok, code, message, models }, { name, base_url }) {
  const text = code === 'error' ? message : t(`settings.test-${code}`, { name, count: models, address: base_url });
  return { good: ok, text };
}

export function ProviderForm({ provider, server, done }) {
  const form = useRef(null);
  const [busy, said, run] = useRequest();
  const own = !provider || provider.from === 'page';
  const fixed = ['environment', 'config.toml'].includes(provider?.key.from);
  const wish = () => wishOf(form.current, provider);
  const test = () => run(async () => spoken(await server.test(wish()), { name: provider?.name ?? t('settings.it'), ...provider, ...wish() }));
  const save = (event) => {
    event.preventDefault();
    run(async () => { await server.change('provider', wish()); done(); });
  };
  return html`
    <form ref=${form} class="provider-form" onSubmit=${save}>
      ${!provider && html`<${Field} name="name" label=${t('settings.name')} placeholder="vLLM" required />`}
      ${(own || provider?.id === 'ollama') && html`
        <${Field} name="base_url" label=${t('settings.address')} value=${provider?.base_url} placeholder="http://127.0.0.1:8000/v1" type="url" required
          hint=${provider ? t('settings.address-changes') : t('settings.address-hint')} />`}
      ${fixed ? html`<p class="hint">${t('settings.key-fixed')}</p>` : html`
        <${Field} name="api_key" label=${t('settings.key')} type="password" hint=${keyHint(provider)} />`}
      <${Said} said=${said} busy=${busy} />
      <div class="provider-buttons">
        <button type="submit" class="primary" disabled=${busy}>${t('settings.save')}</button>
        <button type="button" class="secondary" disabled=${busy} onClick=${test}>${t('settings.test')}</button>
        <button type="button" class="secondary" onClick=${done}>${t('settings.cancel')}</button>
        ${provider && html`<${Removal} provider=${provider} run=${run} server=${server} done=${done} />`}
      </div>
    </form>
  `;
}

const keyHint = (provider) => (provider?.key.from === 'page' ? t('settings.key-replaces') : t('settings.key-kept'));

/** What was typed; an empty key field leaves the key as it is. */
function wishOf(form, provider) {
  const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
  if (provider) given.id = provider.id;
  if (given.base_url === provider?.base_url) delete given.base_url;
  return given;
}

function Removal({ provider, run, server, done }) {
  const { id, removable, key } = provider;
  if (removable) {
    const remove = () => run(async () => { await server.change('provider/remove', { id }); done(); });
    return html`<button type="button" class="link bad" onClick=${remove}>${t('settings.remove')}</button>`;
  }
  if (key.from !== 'page') return null;
  const forget = () => run(async () => { await server.change('provider', { id, api_key: '' }); done(); });
  return html`<button type="button" class="link bad" onClick=${forget}>${t('settings.forget-key')}</button>`;
}

function Field({ label, hint, ...rest }) {
  const id = useId();
  return html`
    <label for=${id}>${label}</label>
    <input id=${id} class="field" autocomplete="off" spellcheck=${false} dir="ltr" aria-describedby=${hint ? `${id}-hint` : undefined} ...${rest} />
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  `;
}
