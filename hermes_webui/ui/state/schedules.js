// Schedules in words: when they are due, and what became of them.

import { listed, locale, t } from '../words/words.js';

export const KINDS = ['daily', 'weekly', 'interval', 'once', 'cron'];
export const DAYS = [1, 2, 3, 4, 5, 6, 7];

const HOUR = 60;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

export const dayName = (day, weekday = 'short') =>
  new Intl.DateTimeFormat(locale(), { weekday, timeZone: 'UTC' }).format(MONDAY + (day - 1) * DAY_MS);

export const moment = (at) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at * 1000));

/** `09:00` as the language writes it. */
export function clockTime(text) {
  const [hour, minute] = text.split(':').map(Number);
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1, hour, minute));
}

/** A rule as a sentence. */
export function spokenWhen({ kind, at = '', days = [], minutes = 0, cron = '' }) {
  if (kind === 'interval') return minutes % HOUR ? t('around.every-minutes', { count: minutes }) : t('around.every-hours', { count: minutes / HOUR });
  if (kind === 'cron') return t('around.by-cron', { cron });
  if (kind === 'once') return t('around.once-at', { time: dateTime(at) });
  const time = clockTime(at);
  return kind === 'daily' ? t('around.daily-at', { time }) : t('around.weekly-at', { days: listed([...days].sort().map((day) => dayName(day))), time });
}

/** A wall clock's date and time, whatever zone this browser is in. */
function dateTime(text) {
  const date = new Date(`${text}Z`);
  return Number.isNaN(date.getTime()) ? text : new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(date);
}

/** What was missed as sentences; none where nothing was. */
export function spokenMissed(missed) {
  if (!missed) return [];
  const { away, busy, more, first, last } = missed;
  const span = first === last ? moment(first) : t('around.span', { first: moment(first), last: moment(last) });
  return [
    away > 0 && t(more ? 'around.missed-more' : 'around.missed', { count: away, span }),
    busy > 0 && t('around.missed-busy', { count: busy }),
  ].filter(Boolean);
}

/** A rule of the chosen kind that holds what the one before it said, so that nothing typed is lost on the way. */
export function ofKind(kind, before) {
  const clock = /\d\d:\d\d$/.exec(before.at ?? '')?.[0] ?? '09:00';
  const at = kind === 'once' ? before.once ?? `${before.tomorrow ?? ''}T${clock}` : clock;
  return { ...before, kind, at: kind === 'interval' || kind === 'cron' ? before.at : at };
}

/** Only what its kind knows, for the server. */
export function ruleOf({ kind, at, days = [], minutes, cron }) {
  if (kind === 'interval') return { kind, minutes: Number(minutes) };
  if (kind === 'cron') return { kind, cron: (cron ?? '').trim() };
  return kind === 'weekly' ? { kind, at, days: [...days].sort() } : { kind, at };
}
