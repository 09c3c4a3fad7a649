// The list of models: a field that finds, favourites, those used lately, the providers; all by keyboard.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { composing } from '../state/commands.js';
import { offered, sections, tokens } from '../state/models.js';
import { listed, t } from '../words/words.js';
import { toComposer } from './focus.js';
import { html, withCode } from './html.js';
import { Icon } from './icon.js';

export default function ModelList({ close, drawn }) {
  const { models } = usePage();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(null);
  const field = useRef(null);
  const all = offered(models.providers.value);
  const groups = sections(all, { query, favourites: models.favourites.value, recent: [models.chosenKey.value, ...models.recent.value] });
  const items = groups.flatMap((group) => group.items);
  const chosen = items.findIndex((item) => models.isChosen(item));
  const active = Math.min(at ?? (query ? 0 : Math.max(chosen, 0)), items.length - 1);
  const take = (item) => {
    close();
    models.choose(item.provider, item.model);
    if (hasKeys()) toComposer();
  };
  useLayoutEffect(drawn, [groups.length, models.providers.value]);
  useLayoutEffect(() => document.getElementById(`model-${active}`)?.scrollIntoView({ block: 'nearest' }), [active, query]);
  useEffect(() => { // a finger that opens the list has not asked for the keyboard
    if (hasKeys()) field.current.focus();
  }, []);
  const typed = ({ target }) => { setQuery(target.value); setAt(null); };
  return html`
    <${Missed} />
    <div class="model-find"><${Icon} name="search" />
      <input ref=${field} role="combobox" aria-expanded="true" aria-controls="model-list" aria-autocomplete="list" autocomplete="off" spellcheck="false"
        aria-activedescendant=${items.length ? `model-${active}` : undefined} aria-label=${t('composer.find-model')} placeholder=${t('composer.find-model')}
        value=${query} onInput=${typed} onKeyDown=${(event) => pressed(event, { items, active, setAt, take, models })} /></div>
    <div id="model-list" role="listbox" aria-label=${t('composer.choose-model')} class="model-list">
      ${groups.map((group) => html`<${Group} key=${group.id} group=${group} items=${items} active=${active} take=${take} setAt=${setAt} />`)}
    </div>
    ${!items.length && html`<p class="menu-hint">${t('composer.no-model')}</p>`}
    <${Missing} providers=${models.providers.value.filter((provider) => !provider.ready)} open=${!all.length} close=${close} />
  `;
}

const hasKeys = () => matchMedia('(hover: hover)').matches;

function pressed(event, { items, active, setAt, take, models }) {
  if (composing(event) || !items.length) return;
  const last = items.length - 1;
  const next = { ArrowDown: active === last ? 0 : active + 1, ArrowUp: active === 0 ? last : active - 1, PageDown: Math.min(active + 8, last), PageUp: Math.max(active - 8, 0) }[event.key];
  if (next !== undefined) setAt(next);
  else if (event.key === 'Enter') take(items[active]);
  else if (event.key.toLowerCase() === 'd' && (event.metaKey || event.ctrlKey)) models.like(items[active].key);
  else return;
  event.preventDefault();
}

function Group({ group, items, active, take, setAt }) {
  const title = group.title ?? t(`composer.models-${group.id}`);
  return html`
    <div role="group" aria-label=${title}>
      <p class="menu-head" aria-hidden="true">${title}${isAgent(group.items[0]?.provider) && group.title && html`<span class="menu-tag">${t('agents.tag')}</span>`}</p>
      ${group.items.map((item) => {
        const index = items.indexOf(item);
        return html`<${Model} key=${item.key} item=${item} index=${index} active=${index === active} named=${group.title === null} take=${take} setAt=${setAt} />`;
      })}
      ${group.more > 0 && html`<p class="menu-hint">${t('composer.more-models', { count: group.more })}</p>`}
    </div>
  `;
}

/** Not a model behind an address, but a program that works by itself. */
const isAgent = (provider) => Boolean(provider) && provider.engine !== 'model' && provider.engine !== 'demo';

/** The star is for the mouse and the finger; the keyboard has a key of its own. */
function Model({ item, index, active, named, take, setAt }) {
  const { models } = usePage();
  const { provider, model, key } = item;
  const [checked, liked] = [models.isChosen(item), models.favourites.value.includes(key)];
  const star = (event) => { event.stopPropagation(); models.like(key); };
  const size = tokens(model.context_length);
  return html`
    <div id=${`model-${index}`} role="option" aria-selected=${checked ? 'true' : 'false'} class=${`model-option ${active ? 'active' : ''}`}
      aria-label=${listed([model.name || model.id, provider.name, size && t('composer.context-size', { size }), liked && t('composer.favourite')].filter(Boolean))}
      onClick=${() => take(item)} onMouseMove=${() => setAt(index)}>
      <span class=${`model-star ${liked ? 'liked' : ''}`} aria-hidden="true" title=${t('composer.like')} onClick=${star}><${Icon} name="star" /></span>
      <span class="model-name">${model.name || model.id}${named && html`<small>${provider.name}</small>`}</span>
      <span class="model-size">${size}</span>${checked && html`<${Icon} name="check" />`}
    </div>
  `;
}

function Missed() {
  const { models } = usePage();
  const missing = models.missing.value;
  return missing && html`<p class="menu-hint"><strong>${missing}</strong>${' '}${t('composer.instead', { name: models.used.value })}</p>`;
}

/** What could be had, folded: one line a provider says what is missing. */
function Missing({ providers, open, close }) {
  const { panels } = usePage();
  if (!providers.length) return null;
  return html`
    <details class="menu-missing" open=${open}>
      <summary>${t('composer.not-set-up', { count: providers.length })}<${Icon} name="expand" /></summary>
      ${providers.map((provider) => html`
        <p class="menu-hint" key=${provider.id}><strong>${provider.name}</strong> ${withCode(provider.hint || t('composer.not-yet'))}
          ${isAgent(provider) && html` <button type="button" class="link" onClick=${() => { close(); panels.settings('agents'); }}>${t('agents.how-to')}</button>`}</p>`)}
    </details>
  `;
}
