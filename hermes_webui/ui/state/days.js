// The list's groups: pinned, then by the day of the last message, as the reader's calendar has it.

import { moment } from './list.js';

/** `[{name, rows}]` of rows that are in order already. `now` is a Date; groups without rows are left out. */
export function byDay(rows, now, locale) {
  const groups = [];
  for (const row of rows) {
    const name = row.pinned ? 'Pinned' : dayName(new Date(moment(row) * 1000), now, locale);
    if (groups.at(-1)?.name !== name) groups.push({ name, rows: [] });
    groups.at(-1).rows.push(row);
  }
  return groups;
}

export function dayName(date, now, locale) {
  const days = calendarDays(date, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return 'Previous 7 days';
  if (days < 30) return 'Previous 30 days';
  const options = date.getFullYear() === now.getFullYear() ? { month: 'long' } : { month: 'long', year: 'numeric' };
  return new Intl.DateTimeFormat(locale, options).format(date);
}

/** Midnights between the two: in UTC of the local dates, so that a change of the clock does not count. */
function calendarDays(date, now) {
  const midnight = (day) => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  return Math.round((midnight(now) - midnight(date)) / 86_400_000);
}
