// Prompts that are sent at a time: when, what became of them, and what was missed.

import { useEffect, useState } from 'preact/hooks';
import { useKept } from '../../page/kept.js';
import { usePage } from '../../page/page.js';
import { moment, spokenMissed, spokenWhen } from '../../state/schedules.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { Closed } from './closed.js';
import { Said, useRequest } from './fields.js';
import { ScheduleForm } from './schedule-form.js';

/** A run changes the list several times; one question after the last of them is enough. */
const PAUSE_MS = 300;

export function Schedules() {
  const { models, store } = usePage();
  const kept = useKept('/api/schedules');
  const [open, setOpen] = useState(null);
  const { version } = store.list.value;
  useEffect(() => { models.load(); }, []);
  useEffect(() => {
    const timer = setTimeout(() => kept.load(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [version]);
  const told = kept.told.value;
  if (!told) return html`<${Closed} server=${kept} />`;
  const close = () => setOpen(null);
  return html`
    <p class="hint">${t('around.schedules-hint')}</p>
    ${told.problem && html`<p class="said bad" role="alert">${told.problem}</p>`}
    <ul class="providers">${told.schedules.map((one) => html`
      <${Item} key=${one.id} schedule=${one} kept=${kept} open=${open === one.id} toggle=${() => setOpen(open === one.id ? null : one.id)} />`)}</ul>
    ${open === 'new'
      ? html`<div class="provider"><h3>${t('around.add-schedule')}</h3><${ScheduleForm} kept=${kept} done=${close} /></div>`
      : html`<button type="button" class="secondary add" onClick=${() => setOpen('new')}><${Icon} name="plus" />${t('around.add-schedule')}</button>`}
  `;
}

function Item({ schedule, kept, open, toggle }) {
  const [busy, said, run] = useRequest();
  const { id, name, enabled, next_at: next, when, timezone } = schedule;
  const send = () => run(() => kept.change('run', { id }).then(() => t('around.sent')));
  const state = next ? t('around.next', { times: moment(next) }) : t(enabled ? 'around.over' : 'around.off');
  return html`
    <li class="provider">
      <div class="provider-head">
        <span class=${`provider-mark ${next ? 'ready' : ''}`}><${Icon} name="clock" /></span>
        <div class="provider-name"><h3 dir="auto">${name}</h3>
          <p class="hint">${spokenWhen(when)} · ${timezone}</p><p class="hint">${state}</p></div>
        <button type="button" class="secondary small" disabled=${busy} aria-label=${t('around.run-now-of', { name })} onClick=${send}>${t('around.run-now')}</button>
        <button type="button" class="secondary small" aria-expanded=${open ? 'true' : 'false'} aria-label=${t('settings.change-of', { name })}
          onClick=${toggle}>${t('settings.change')}</button>
      </div>
      <${Missed} schedule=${schedule} kept=${kept} />
      <${Said} said=${said} busy=${busy} />
      <${Results} recent=${schedule.recent} />
      ${open && html`<${ScheduleForm} schedule=${schedule} kept=${kept} done=${toggle} />`}
    </li>
  `;
}

function Missed({ schedule: { id, name, missed }, kept }) {
  const [busy, said, run] = useRequest();
  const sentences = spokenMissed(missed);
  if (!sentences.length) return null;
  const seen = () => run(() => kept.change('seen', { id }).then(() => ''));
  return html`
    <p class="missed"><${Icon} name="alert" /><span>${sentences.join(' ')}</span>
      <button type="button" class="link" disabled=${busy} aria-label=${t('around.seen-of', { name })} onClick=${seen}>${t('around.seen')}</button></p>
    ${said && !said.good && html`<${Said} said=${said} />`}
  `;
}

/** The last one, and behind it those before. */
function Results({ recent }) {
  const [last, ...before] = recent;
  if (!last) return null;
  return html`
    <ul class="results"><${Result} result=${last} /></ul>
    ${before.length > 0 && html`
      <details class="results"><summary>${t('around.earlier', { count: before.length })}</summary>
        <ul>${before.map((one) => html`<${Result} key=${`${one.at}${one.why}`} result=${one} />`)}</ul></details>`}
  `;
}

function Result({ result: { at, why, session_id: id, state, message } }) {
  const { panels, router } = usePage();
  const go = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    panels.open.value = null;
    router.go(id);
  };
  const there = id && state !== 'deleted';
  return html`
    <li>${there ? html`<a href=${`/c/${id}`} onClick=${go}>${moment(at)}</a>` : html`<span>${moment(at)}</span>`}
      <span class=${`result ${state}`}>${t(`around.state-${state}`)}</span>
      ${(why === 'late' || why === 'hand') && html`<span class="hint">${t(`around.why-${why}`)}</span>`}
      ${message && html`<span class="hint">${message}</span>`}</li>
  `;
}
