// When a schedule is due: the kind, what belongs to it, and the next times that follow from it.

import { useEffect, useId, useState } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { DAYS, KINDS, dayName, moment, ofKind, ruleOf } from '../../state/schedules.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Entry, Pick } from './entries.js';

const PAUSE_MS = 250;
const SHOWN = 3;
const HOUR = 60;

export function WhenFields({ when, zone, change, changeZone }) {
  const set = (fields) => change({ ...when, ...fields });
  return html`
    <${Pick} label=${t('around.when')} value=${when.kind} options=${KINDS.map((kind) => [kind, t(`around.kind-${kind}`)])}
      onChange=${({ target }) => change(ofKind(target.value, when))} />
    ${FIELDS[when.kind]({ when, set })}
    <${Zone} zone=${zone} change=${changeZone} />
    <${Next} when=${when} zone=${zone} />
  `;
}

const At = ({ when, set, type }) => html`
  <${Entry} label=${t(type === 'time' ? 'around.time' : 'around.date-time')} type=${type} required value=${when.at} onInput=${({ target }) => set({ at: target.value })} />`;

const FIELDS = {
  daily: ({ when, set }) => html`<${At} when=${when} set=${set} type="time" />`,
  weekly: ({ when, set }) => html`<${Week} days=${when.days ?? []} set=${set} /><${At} when=${when} set=${set} type="time" />`,
  once: ({ when, set }) => html`<${At} when=${when} set=${set} type="datetime-local" />`,
  interval: ({ when, set }) => html`<${Every} minutes=${when.minutes} set=${set} />`,
  cron: ({ when, set }) => html`
    <${Entry} label=${t('around.cron')} hint=${t('around.cron-hint')} required value=${when.cron ?? ''} dir="ltr" spellcheck=${false}
      placeholder="0 9 * * 1-5" onInput=${({ target }) => set({ cron: target.value })} />`,
};

function Week({ days, set }) {
  const id = useId();
  const toggle = (day, on) => set({ days: on ? [...days, day] : days.filter((one) => one !== day) });
  return html`
    <div class="week" role="group" aria-labelledby=${id}>
      <p id=${id} class="entry-name">${t('around.days')}</p>
      <div class="choices">${DAYS.map((day) => html`
        <label key=${day} class="choice"><input type="checkbox" checked=${days.includes(day)} aria-label=${dayName(day, 'long')}
          onChange=${({ target }) => toggle(day, target.checked)} /><span aria-hidden="true">${dayName(day)}</span></label>`)}
      </div>
    </div>
  `;
}

function Every({ minutes = HOUR, set }) {
  const hours = minutes >= HOUR && minutes % HOUR === 0;
  const [unit, setUnit] = useState(hours ? HOUR : 1);
  const count = Math.max(Math.round(minutes / unit), 1);
  const change = (next, by) => {
    setUnit(by);
    set({ minutes: next * by });
  };
  return html`
    <${Entry} label=${t('around.every')} type="number" min="1" max="9999" required value=${count} onInput=${({ target }) => change(Number(target.value), unit)} />
    <${Pick} label=${t('around.unit')} value=${String(unit)} options=${[['1', t('around.minutes')], [String(HOUR), t('around.hours')]]}
      onChange=${({ target }) => change(count, Number(target.value))} />
  `;
}

function Zone({ zone, change }) {
  const id = useId();
  return html`
    <${Entry} label=${t('around.timezone')} value=${zone} list=${id} required dir="ltr" spellcheck=${false} onInput=${({ target }) => change(target.value)}>
      <datalist id=${id}>${Intl.supportedValuesOf('timeZone').map((name) => html`<option key=${name} value=${name} />`)}</datalist>
    <//>
  `;
}

/** What the rule means, asked of the server a moment after it was changed. */
function Next({ when, zone }) {
  const { api } = usePage();
  const [said, setSaid] = useState(null);
  const rule = JSON.stringify(ruleOf(when));
  useEffect(() => {
    const ask = () => api.post('/api/schedules/times', { when: JSON.parse(rule), timezone: zone }).then(
      ({ times }) => setSaid({ good: true, text: t('around.next', { times: times.slice(0, SHOWN).map(moment).join(' · ') }) }),
      (error) => setSaid({ good: false, text: error.message }));
    const timer = setTimeout(ask, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [rule, zone]);
  return html`<p class=${said?.good === false ? 'said bad' : 'hint next'} role="status">${said?.text}</p>`;
}
