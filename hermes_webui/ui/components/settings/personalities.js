// Personalities: instructions that a conversation can be given from its beginning.

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { Closed } from './closed.js';
import { Said, useRequest } from './fields.js';

export function Personalities({ tools }) {
  useEffect(() => { tools.load('personalities'); }, []);
  const [open, setOpen] = useState(null); // an id, or `new`
  const told = tools.told.personalities.value;
  const close = () => setOpen(null);
  return html`
    <section class="part" aria-labelledby="personalities-name">
      <h3 id="personalities-name">${t('agents.personalities')}</h3><p class="hint">${t('agents.personalities-hint')}</p>
      ${!told ? html`<${Closed} server=${tools.part('personalities')} />` : html`
        <ul class="providers">${told.personalities.map((one) => html`
          <li class="provider" key=${one.id}>
            <div class="provider-head"><div class="provider-name"><h4 dir="auto">${one.name}</h4><p class="hint one-line" dir="auto">${one.prompt}</p></div>
              <button type="button" class="secondary small" aria-expanded=${open === one.id ? 'true' : 'false'} aria-label=${t('settings.change-of', one)}
                onClick=${() => setOpen(open === one.id ? null : one.id)}>${t('settings.change')}</button></div>
            ${open === one.id && html`<${Form} one=${one} tools=${tools} done=${close} />`}
          </li>`)}</ul>
        ${open === 'new' ? html`<${Form} tools=${tools} done=${close} />`
          : html`<button type="button" class="secondary add" onClick=${() => setOpen('new')}><${Icon} name="plus" />${t('agents.personality-add')}</button>`}`}
    </section>
  `;
}

function Form({ one, tools, done }) {
  const form = useRef(null);
  const [name, prompt] = [useId(), useId()];
  const [busy, said, run] = useRequest();
  const save = (event) => {
    event.preventDefault();
    const wish = Object.fromEntries(new FormData(form.current));
    run(async () => {
      await tools.change('personalities', '/api/personalities/save', { ...wish, ...(one && { id: one.id }) });
      done();
    });
  };
  const remove = () => run(async () => {
    await tools.change('personalities', '/api/personalities/delete', { id: one.id });
    done();
  });
  return html`
    <form ref=${form} class="provider-form" onSubmit=${save}>
      <label for=${name}>${t('settings.name')}</label>
      <input id=${name} class="field" name="name" dir="auto" maxlength="80" required autocomplete="off" defaultValue=${one?.name} />
      <label for=${prompt}>${t('agents.personality-prompt')}</label>
      <textarea id=${prompt} class="field" name="prompt" dir="auto" rows="5" required>${one?.prompt}</textarea>
      <${Said} said=${said} busy=${busy} />
      <div class="provider-buttons">
        <button type="submit" class="primary" disabled=${busy}>${t('settings.save')}</button>
        <button type="button" class="secondary" onClick=${done}>${t('settings.cancel')}</button>
        ${one && html`<button type="button" class="link bad" onClick=${remove}>${t('agents.personality-delete')}</button>`}
      </div>
    </form>
  `;
}
