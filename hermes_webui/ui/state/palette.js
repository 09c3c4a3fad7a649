// What the palette lists: commands, conversations, models, settings. Each item: {id, kind, title, hint?, words?}.

import { fit, recentFirst } from './commands.js';

export const KINDS = ['command', 'chat', 'model', 'settings'];

const MOST = 8;
const LATELY = 5;

/** `[{kind, items}]`: without a query what was used lately, then the rest; with one the kinds by their best fit. */
export function sections(query, items, recent) {
  return query.trim() ? fitting(query, items) : offered(items, recent);
}

function offered(items, recent) {
  const lately = recentFirst(items.filter((item) => recent.includes(item.id)), recent).slice(0, LATELY);
  const rest = items.filter((item) => !lately.includes(item));
  const groups = KINDS.map((kind) => ({ kind, items: rest.filter((item) => item.kind === kind).slice(0, kind === 'command' ? 50 : MOST) }));
  return [{ kind: 'recent', items: lately }, ...groups].filter((group) => group.items.length);
}

function fitting(query, items) {
  const scored = items.map((item, at) => ({ item, at, points: points(query, item) })).filter((one) => one.points > 0);
  scored.sort((one, other) => other.points - one.points || one.at - other.at);
  const kinds = [...new Set(scored.map(({ item }) => item.kind))];
  return kinds.map((kind) => ({ kind, items: scored.filter(({ item }) => item.kind === kind).slice(0, MOST).map(({ item }) => item) }));
}

/** What stands beside the title counts for less than the title. */
const points = (query, { title, words = '' }) => Math.max(fit(query, title), fit(query, `${title} ${words}`) * 0.8);
