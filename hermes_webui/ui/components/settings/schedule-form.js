// A schedule: its prompt, when it is sent, who answers.

import { useRef, useState } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { useTold } from '../../page/kept.js';
import { ruleOf } from '../../state/schedules.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Buttons, Entry, Pick, Tick, modelOf, modelOptions, modelValue } from './entries.js';
import { useRequest } from './fields.js';
import { WhenFields } from './schedule-when.js';

const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
const tomorrow = () => new Intl.DateTimeFormat('sv').format(Date.now() + 86_400_000);
const fresh = () => ({ kind: 'daily', at: '09:00', days: [1, 2, 3, 4, 5], minutes: 60, cron: '0 9 * * 1-5', tomorrow: tomorrow() });

export function ScheduleForm({ schedule, kept, done }) {
  const form = useRef(null);
  const [busy, said, run] = useRequest();
  const [when, setWhen] = useState({ ...fresh(), ...schedule?.when });
  const [zone, setZone] = useState(schedule?.timezone ?? here());
  const save = (event) => {
    event.preventDefault();
    run(async () => {
      await kept.change('save', { ...wishOf(form.current, schedule), when: ruleOf(when), timezone: zone });
      done();
    });
  };
  const remove = schedule && (() => run(async () => { await kept.change('delete', { id: schedule.id }); done(); }));
  return html`
    <form ref=${form} class="provider-form" onSubmit=${save}>
      <${Entry} label=${t('settings.name')} name="name" maxlength="100" required defaultValue=${schedule?.name ?? ''} dir="auto" />
      <${Entry} label=${t('around.prompt')} name="prompt" rows="4" required defaultValue=${schedule?.prompt ?? ''} dir="auto" />
      <${WhenFields} when=${when} zone=${zone} change=${setWhen} changeZone=${setZone} />
      <${Who} schedule=${schedule} />
      <${Tick} label=${t('around.makes-up')} hint=${t('around.makes-up-hint')} name="makes_up" defaultChecked=${schedule?.makes_up ?? false} />
      <${Tick} label=${t('around.enabled')} name="enabled" defaultChecked=${schedule?.enabled ?? true} />
      <${Buttons} busy=${busy} said=${said} done=${done} remove=${remove} />
    </form>
  `;
}

function Who({ schedule }) {
  const { models } = usePage();
  const profiles = useTold('/api/profiles')?.profiles ?? [];
  const options = modelOptions(models, t('around.model-default'));
  const value = modelValue(schedule, options);
  return html`
    ${profiles.length > 0 && html`
      <${Pick} label=${t('around.profile')} name="profile" value=${schedule?.profile ?? ''}
        options=${[['', t('around.no-profile')], ...profiles.map(({ id, name }) => [id, name])]} />`}
    <${Pick} label=${t('composer.model')} name="who" value=${value} options=${options} />
    <${Entry} label=${t('around.workspace')} hint=${t('around.workspace-hint')} name="workspace" defaultValue=${schedule?.workspace ?? ''} dir="ltr" spellcheck=${false} />
  `;
}

function wishOf(form, schedule) {
  const { who, ...given } = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]));
  const ticks = { makes_up: form.elements.makes_up.checked, enabled: form.elements.enabled.checked };
  return { profile: schedule?.profile ?? '', ...given, ...modelOf(who), ...ticks, ...(schedule && { id: schedule.id }) };
}
