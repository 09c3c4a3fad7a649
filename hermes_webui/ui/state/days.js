// The list's groups: pinned, then by the day of the last message, as the reader's calendar has it; and where they lie.

import { locale, t } from '../words/words.js';
import { moment } from './list.js';

/** `[{name, rows}]` of rows that are in order already. `now` is a Date; groups without rows are left out. */
export function byDay(rows, now, language = locale()) {
  const nameOf = namer(now, language);
  const groups = [];
  for (const row of rows) {
    const name = row.pinned ? t('list.pinned') : nameOf(moment(row) * 1000);
    if (groups.at(-1)?.name !== name) groups.push({ name, rows: [] });
    groups.at(-1).rows.push(row);
  }
  return groups;
}

/** Names a time (ms). A month is put into words once, where its rows follow one another. */
function namer(now, language) {
  const midnight = (days) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).getTime();
  const recent = [
    [midnight(0), t('list.today')], [midnight(1), t('list.yesterday')], [midnight(6), t('list.week')], [midnight(29), t('list.month')],
  ];
  let [since, until, name] = [Infinity, -Infinity, ''];
  return (time) => {
    if (time >= since && time < until) return name;
    const near = recent.find(([start]) => time >= start);
    if (near) return near[1];
    const date = new Date(time);
    const start = (month) => new Date(date.getFullYear(), date.getMonth() + month, 1).getTime();
    [since, until, name] = [start(0), Math.min(start(1), recent.at(-1)[0]), monthName(date, now, language)];
    return name;
  };
}

function monthName(date, now, language) {
  const options = date.getFullYear() === now.getFullYear() ? { month: 'long' } : { month: 'long', year: 'numeric' };
  return new Intl.DateTimeFormat(language, options).format(date);
}

/** The groups with where they lie: `{top, height}` of each (px), and of which row of all it begins with. */
export function layOut(groups, head, line) {
  let [top, from] = [0, 0];
  return groups.map((group) => {
    const height = head + group.rows.length * line;
    const placed = { ...group, top, height, from };
    top += height;
    from += group.rows.length;
    return placed;
  });
}

/** What of the placed groups meets the view: `{…group, first, last}`, the rows `[first, last)` of each. */
export function inView(placed, head, line, top, bottom) {
  return placed.filter((group) => group.top < bottom && group.top + group.height > top).map((group) => {
    const begin = group.top + head;
    const first = Math.max(Math.floor((top - begin) / line), 0);
    const last = Math.min(Math.ceil((bottom - begin) / line), group.rows.length);
    return { ...group, first: Math.min(first, last < 0 ? 0 : last), last: Math.max(last, 0) };
  });
}

/** Where the row of this number (of all) lies: its top, in px; -1 where there is none. */
export function topOf(placed, at, head, line) {
  const group = placed.find(({ from, rows }) => at >= from && at < from + rows.length);
  return group ? group.top + head + (at - group.from) * line : -1;
}
