// Providers, their keys, and whether they answer.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { Said, useRequest } from './fields.js';
import { Closed } from './closed.js';
import { Engines } from './engines.js';
import { ProviderForm, spoken } from './provider-form.js';

export function Models({ server }) {
  const { models } = usePage();
  useEffect(() => { server.load(); models.load(); }, []);
  const told = server.told.value;
  if (!told) return html`<${Closed} server=${server} />`;
  return html`
    <p class="hint">${t('settings.models-hint')}</p>
    <ul class="providers">${told.providers.map((one) => html`<${Provider} key=${one.id} provider=${one} server=${server} />`)}</ul>
    <${Add} server=${server} />
    <${Engines} server=${server} />
  `;
}

function Provider({ provider, server }) {
  const { models } = usePage();
  const [open, setOpen] = useState(false);
  const [busy, said, run] = useRequest();
  const known = models.providers.value.find((one) => one.id === provider.id);
  const bare = provider.needs_key && !provider.key.from;
  const test = () => run(() => server.test({ id: provider.id }).then((answer) => spoken(answer, provider)));
  return html`
    <li class="provider">
      <div class="provider-head">
        <span class=${`provider-mark ${known?.ready ? 'ready' : ''}`}><${Icon} name=${known?.ready ? 'check' : 'plug'} /></span>
        <div class="provider-name"><h3>${provider.name}</h3><p class="hint">${stateOf(provider, known)}</p></div>
        ${!bare && html`<button type="button" class="secondary small" disabled=${busy} aria-label=${t('settings.test-of', { name: provider.name })}
          onClick=${test}>${t('settings.test')}</button>`}
        <button type="button" class="secondary small" aria-expanded=${open ? 'true' : 'false'}
          aria-label=${bare ? t('settings.add-key-of', provider) : t('settings.change-of', provider)} onClick=${() => setOpen(!open)}>
          ${bare ? t('settings.add-key') : t('settings.change')}</button>
      </div>
      <${Said} said=${said} busy=${busy} />
      ${open && html`<${ProviderForm} provider=${provider} server=${server} done=${() => setOpen(false)} />`}
    </li>
  `;
}

/** Where its key is from, or what is missing, in a line. */
function stateOf({ key, needs_key, base_url }, known) {
  const count = known?.ready ? known.models?.length ?? 0 : 0;
  const ready = count ? [t('settings.model-count', { count })] : [];
  const from = { environment: t('settings.key-environment', { name: key.variable }), 'config.toml': t('settings.key-config') };
  const end = key.end ? t('settings.key-end', { end: key.end }) : t('settings.key-page');
  const where = key.from ? from[key.from] ?? end : needs_key ? t('settings.key-none') : base_url;
  return [...ready, where].join(' · ');
}

function Add({ server }) {
  const [open, setOpen] = useState(false);
  if (!open) {
    return html`<button type="button" class="secondary add" onClick=${() => setOpen(true)}><${Icon} name="plus" />${t('settings.add')}</button>`;
  }
  return html`<div class="provider"><h3>${t('settings.add')}</h3><${ProviderForm} provider=${null} server=${server} done=${() => setOpen(false)} /></div>`;
}
