// The prompts that are kept: found by a word, changed, taken away (and back).

import { useRef, useState } from 'preact/hooks';
import { useKept } from '../../page/kept.js';
import { holding } from '../../state/library.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { Closed } from './closed.js';
import { Buttons, Entry } from './entries.js';
import { Said, useRequest } from './fields.js';

export function Prompts() {
  const kept = useKept('/api/prompts');
  const [open, setOpen] = useState(null);
  const [query, setQuery] = useState('');
  const [removed, setRemoved] = useState(null);
  const told = kept.told.value;
  if (!told) return html`<${Closed} server=${kept} />`;
  const found = holding(told.prompts, query);
  const close = () => setOpen(null);
  const gone = (prompt) => { setRemoved(prompt); close(); };
  return html`
    <p class="hint">${t('around.prompts-hint', { example: '{name}' })}</p>
    ${told.prompts.length > 0 && html`
      <input class="field" type="search" aria-label=${t('around.find-prompt')} placeholder=${t('around.find-prompt')} value=${query}
        onInput=${({ target }) => setQuery(target.value)} />
      <p class=${found.length ? 'away' : 'hint'} role="status">${t('around.prompts-found', { count: found.length })}</p>`}
    <ul class="providers">${found.map((one) => html`
      <${Item} key=${one.id} prompt=${one} kept=${kept} open=${open === one.id} toggle=${() => setOpen(open === one.id ? null : one.id)} gone=${gone} />`)}</ul>
    <${Removed} prompt=${removed} kept=${kept} done=${() => setRemoved(null)} />
    ${open === 'new'
      ? html`<div class="provider"><h3>${t('around.add-prompt')}</h3><${Form} kept=${kept} done=${close} /></div>`
      : html`<button type="button" class="secondary add" onClick=${() => setOpen('new')}><${Icon} name="plus" />${t('around.add-prompt')}</button>`}
  `;
}

/** It can be taken back for as long as the section is open. */
function Removed({ prompt, kept, done }) {
  const [busy, said, run] = useRequest();
  const back = () => run(async () => {
    await kept.change('save', { title: prompt.title, text: prompt.text });
    await kept.load();
    done();
  });
  return html`
    <div role="status">${prompt && html`
      <p class="missed"><span>${t('composer.prompt-deleted', { name: prompt.title })}</span>
        <button type="button" class="link" disabled=${busy} onClick=${back}>${t('composer.undo')}</button></p>`}</div>
    ${said && !said.good && html`<${Said} said=${said} />`}
  `;
}

function Item({ prompt, kept, open, toggle, gone }) {
  const { title: name, text } = prompt;
  return html`
    <li class="provider">
      <div class="provider-head">
        <span class="provider-mark"><${Icon} name="prompt" /></span>
        <div class="provider-name"><h3 dir="auto">${name}</h3><p class="hint preview" dir="auto">${text}</p></div>
        <button type="button" class="secondary small" aria-expanded=${open ? 'true' : 'false'} aria-label=${t('settings.change-of', { name })}
          onClick=${toggle}>${t('settings.change')}</button>
      </div>
      ${open && html`<${Form} prompt=${prompt} kept=${kept} done=${toggle} gone=${gone} />`}
    </li>
  `;
}

function Form({ prompt, kept, done, gone }) {
  const form = useRef(null);
  const [busy, said, run] = useRequest();
  const save = (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form.current));
    run(async () => {
      await kept.change('save', prompt ? { ...given, id: prompt.id } : given);
      await kept.load();
      done();
    });
  };
  const remove = prompt && (() => run(async () => {
    await kept.change('delete', { id: prompt.id });
    await kept.load();
    gone(prompt);
  }));
  return html`
    <form ref=${form} class="provider-form wide" onSubmit=${save}>
      <${Entry} label=${t('settings.name')} name="title" maxlength="100" required defaultValue=${prompt?.title ?? ''} dir="auto" />
      <${Entry} label=${t('around.prompt')} name="text" rows="6" required defaultValue=${prompt?.text ?? ''} dir="auto" />
      <${Buttons} busy=${busy} said=${said} done=${done} remove=${remove} />
    </form>
  `;
}
