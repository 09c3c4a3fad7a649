// Which model answers.

import { usePage } from '../page/page.js';
import { html, withCode } from './html.js';
import { Icon } from './icon.js';
import { Popover } from './popover.js';

export function ModelChooser() {
  const { models } = usePage();
  const name = models.name.value;
  const face = html`<span>${name}</span><${Icon} name="expand" />`;
  return html`
    <${Popover} label=${`Model: ${name}`} className="quiet model" menuClass="models" face=${face}>
      ${(close) => html`<${Providers} all=${models.providers.value} close=${close} />`}
    <//>
  `;
}

function Providers({ all, close }) {
  const { models } = usePage();
  const ready = all.filter((provider) => provider.ready);
  const missing = models.missing.value;
  return html`
    ${missing && html`<p class="menu-hint"><strong>${missing}</strong> is not available here; ${models.used.value} answers.</p>`}
    ${ready.map((provider) => html`<${Provider} key=${provider.id} provider=${provider} close=${close} />`)}
    <${Missing} providers=${all.filter((provider) => !provider.ready)} open=${!ready.length} />
  `;
}

function Provider({ provider, close }) {
  return html`
    <div role="group" aria-label=${provider.name}>
      <p class="menu-head">${provider.name}</p>
      ${(provider.models ?? []).map((model) => html`
        <${Model} key=${model.id} provider=${provider} model=${model} close=${close} />`)}
    </div>
  `;
}

/** What could be had, folded: one line a provider says what is missing. */
function Missing({ providers, open }) {
  if (!providers.length) return null;
  return html`
    <details class="menu-missing" open=${open}>
      <summary role="menuitem" tabindex="-1">Not set up yet (${providers.length})<${Icon} name="expand" /></summary>
      ${providers.map(({ id, name, hint }) => html`
        <p class="menu-hint" key=${id}><strong>${name}</strong> ${withCode(hint || 'Not set up yet.')}</p>`)}
    </details>
  `;
}

function Model({ provider, model, close }) {
  const { models } = usePage();
  const chosen = models.choice.value;
  const checked = chosen?.model === model.id && chosen?.model_provider === provider.id;
  return html`
    <button type="button" role="menuitemradio" tabindex="-1" aria-checked=${checked ? 'true' : 'false'}
      onClick=${() => { close(); models.choose(provider, model); }}>
      <span class="model-name">${model.name || model.id}</span>
      <span class="model-size">${size(model.context_length)}</span>${checked && html`<${Icon} name="check" />`}
    </button>
  `;
}

const size = (tokens) => (tokens ? `${tokens >= 1000 ? `${Math.round(tokens / 1000)}k` : tokens} context` : '');
