// Profiles: what a new conversation begins with.

import { useEffect, useRef, useState } from 'preact/hooks';
import { useKept, useTold } from '../../page/kept.js';
import { usePage } from '../../page/page.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { Closed } from './closed.js';
import { Buttons, Entry, Pick, Tick, modelOf, modelOptions, modelValue } from './entries.js';
import { useRequest } from './fields.js';

export function Profiles() {
  const { models } = usePage();
  const kept = useKept('/api/profiles');
  const [open, setOpen] = useState(null);
  useEffect(() => { models.load(); }, []);
  const told = kept.told.value;
  if (!told) return html`<${Closed} server=${kept} />`;
  const close = () => {
    setOpen(null);
    models.load(); // what new conversations may begin with
  };
  return html`
    <p class="hint">${t('around.profiles-hint')}</p>
    <ul class="providers">${told.profiles.map((one) => html`
      <${Item} key=${one.id} profile=${one} kept=${kept} open=${open === one.id} toggle=${() => setOpen(open === one.id ? null : one.id)} done=${close} />`)}</ul>
    ${open === 'new'
      ? html`<div class="provider"><h3>${t('around.add-profile')}</h3><${Form} kept=${kept} done=${close} /></div>`
      : html`<button type="button" class="secondary add" onClick=${() => setOpen('new')}><${Icon} name="plus" />${t('around.add-profile')}</button>`}
  `;
}

function Item({ profile, kept, open, toggle, done }) {
  const { name, model, engine, workspace } = profile;
  const hint = [model || engine, workspace].filter(Boolean).join(' · ') || t('around.model-default');
  return html`
    <li class="provider">
      <div class="provider-head">
        <span class=${`provider-mark ${profile.default ? 'ready' : ''}`}><${Icon} name=${profile.default ? 'check' : 'select'} /></span>
        <div class="provider-name"><h3 dir="auto">${name}</h3><p class="hint">${hint}</p>
          ${profile.default && html`<p class="hint">${t('around.is-default')}</p>`}</div>
        <button type="button" class="secondary small" aria-expanded=${open ? 'true' : 'false'} aria-label=${t('settings.change-of', { name })}
          onClick=${toggle}>${t('settings.change')}</button>
      </div>
      ${open && html`<${Form} profile=${profile} kept=${kept} done=${done} />`}
    </li>
  `;
}

function Form({ profile, kept, done }) {
  const { models } = usePage();
  const form = useRef(null);
  const [busy, said, run] = useRequest();
  const options = modelOptions(models, t('around.model-default'));
  const value = modelValue(profile, options);
  const save = (event) => {
    event.preventDefault();
    run(async () => { await kept.change('save', wishOf(form.current, profile)); done(); });
  };
  const remove = profile && (() => run(async () => { await kept.change('delete', { id: profile.id }); done(); }));
  return html`
    <form ref=${form} class="provider-form" onSubmit=${save}>
      <${Entry} label=${t('settings.name')} name="name" maxlength="60" required defaultValue=${profile?.name ?? ''} dir="auto" />
      <${Pick} label=${t('composer.model')} name="who" value=${value} options=${options} />
      <${Personality} profile=${profile} />
      <${Toolsets} profile=${profile} />
      <${Entry} label=${t('around.workspace')} hint=${t('around.workspace-hint')} name="workspace" defaultValue=${profile?.workspace ?? ''} dir="ltr" spellcheck=${false} />
      <${Tick} label=${t('around.default')} hint=${t('around.default-hint')} name="default" defaultChecked=${profile?.default ?? false} />
      <${Buttons} busy=${busy} said=${said} done=${done} remove=${remove} />
    </form>
  `;
}

/** Where the server has some. */
function Personality({ profile }) {
  const all = useTold('/api/personalities')?.personalities ?? [];
  if (!all.length) return null;
  return html`<${Pick} label=${t('around.personality')} name="personality" value=${profile?.personality ?? ''}
    options=${[['', t('around.personality-none')], ...all.map(({ id, name }) => [id, name])]} />`;
}

/** None ticked and never chosen: the server's own choice of tools. */
function Toolsets({ profile }) {
  const told = useTold('/api/tools');
  if (!told?.toolsets?.length) return null;
  const on = profile?.enabled_toolsets ?? told.default ?? [];
  return html`
    <fieldset class="toolsets"><legend>${t('around.toolsets')}</legend>
      ${told.toolsets.map(({ id, name, description }) => html`
        <${Tick} key=${id} label=${name} hint=${description} name="toolset" value=${id} defaultChecked=${on.includes(id)} />`)}
    </fieldset>
  `;
}

/** What is not shown stays as it is kept. */
function wishOf(form, profile) {
  const { who, toolset: _, default: __, ...given } = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]));
  const boxes = [...form.querySelectorAll('[name=toolset]')];
  const chosen = profile?.enabled_toolsets || boxes.some((box) => box.checked !== box.defaultChecked);
  const tools = boxes.length && chosen ? boxes.filter((box) => box.checked).map((box) => box.value) : profile?.enabled_toolsets ?? null;
  const kept = { personality: profile?.personality ?? '' };
  return { ...kept, ...given, ...modelOf(who), enabled_toolsets: tools, default: form.elements.default.checked, ...(profile && { id: profile.id }) };
}
