// Forms of what is kept: a name over its field, and the buttons at their end.

import { useId } from 'preact/hooks';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Said } from './fields.js';

/** A line, or with `rows` a text of several. */
export function Entry({ label, hint, rows, children, ...rest }) {
  const id = useId();
  const described = hint ? `${id}-hint` : undefined;
  return html`
    <label for=${id}>${label}</label>
    ${rows
      ? html`<textarea id=${id} class="field area" rows=${rows} aria-describedby=${described} ...${rest}></textarea>`
      : html`<input id=${id} class="field" autocomplete="off" aria-describedby=${described} ...${rest} />`}
    ${children}
    ${hint && html`<p class="hint" id=${described}>${hint}</p>`}
  `;
}

/** One of some: `options` are `[value, name]`. */
export function Pick({ label, hint, options, value, ...rest }) {
  const id = useId();
  return html`
    <label for=${id}>${label}</label>
    <select id=${id} class="field" aria-describedby=${hint ? `${id}-hint` : undefined} ...${rest}>
      ${options.map(([one, name]) => html`<option key=${one} value=${one} selected=${one === value}>${name}</option>`)}
    </select>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  `;
}

export function Tick({ label, hint, ...rest }) {
  const id = useId();
  return html`
    <div class="switch tick">
      <label for=${id}>${label}${hint && html`<span class="hint">${hint}</span>`}</label>
      <input id=${id} type="checkbox" role="switch" ...${rest} />
    </div>
  `;
}

export const Buttons = ({ busy, said, done, remove }) => html`
  <${Said} said=${said} busy=${busy} />
  <div class="provider-buttons">
    <button type="submit" class="primary" disabled=${busy}>${t('settings.save')}</button>
    <button type="button" class="secondary" onClick=${done}>${t('settings.cancel')}</button>
    ${remove && html`<button type="button" class="link bad" disabled=${busy} onClick=${remove}>${t('around.remove')}</button>`}
  </div>
`;

/** The models that can be had, as options; the first leaves it to the server. */
export function modelOptions(models, first) {
  const ready = models.providers.value.filter((provider) => provider.ready);
  const all = ready.flatMap((provider) => (provider.models ?? []).map((model) => [
    JSON.stringify([provider.engine, provider.id, model.id]), `${provider.name} · ${model.name || model.id}`]));
  return [['', first], ...all];
}

/** The option of what is kept; what can not be had here stands there by its id. */
export function modelValue({ engine = '', model_provider = '', model = '' } = {}, options = []) {
  if (!model && !engine) return '';
  const value = JSON.stringify([engine, model_provider, model]);
  if (!options.some(([one]) => one === value)) options.push([value, model || engine]);
  return value;
}

export function modelOf(value) {
  const [engine, model_provider, model] = value ? JSON.parse(value) : ['', '', ''];
  return { engine, model_provider, model };
}
