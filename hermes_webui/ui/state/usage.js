// What runs have used, as figures and as bars.

import { locale } from '../words/words.js';
import { money } from './figures.js';

export const SPANS = [7, 30, 90];
export const MEASURES = ['cost', 'tokens'];

export const count = (value) => new Intl.NumberFormat(locale()).format(value);

/** A day of the server's answer, `2026-11-20`, as the language writes it. */
export const dayOf = (day, style = 'medium') =>
  new Intl.DateTimeFormat(locale(), { ...(style === 'short' ? { day: 'numeric', month: 'short' } : { dateStyle: style }), timeZone: 'UTC' }).format(new Date(day));

export const tokensOf = ({ input_tokens: read, output_tokens: written }) => read + written;

export const valueOf = (total, measure) => (measure === 'cost' ? total.cost : tokensOf(total));

export const shown = (value, measure) => (measure === 'cost' ? money(value) : count(value));

/** Who answered over all days, the most used first. */
export function byModel(days) {
  const found = new Map();
  for (const { engine, provider, model, ...used } of days.flatMap(({ by }) => by)) {
    const key = JSON.stringify([engine, provider, model]);
    const known = found.get(key) ?? { key, engine, provider, model, runs: 0, input_tokens: 0, output_tokens: 0, cost: 0, unpriced: 0 };
    for (const name of ['runs', 'input_tokens', 'output_tokens', 'cost', 'unpriced']) known[name] += used[name];
    found.set(key, known);
  }
  return [...found.values()].sort((one, other) => other.cost - one.cost || tokensOf(other) - tokensOf(one));
}

/** A round number at least as large as `value`: the top of the chart. */
export function topOf(value) {
  if (value <= 0) return 1;
  const step = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * step).find((top) => top >= value * (1 - 1e-9));
}

/** `{x, width, height}` of each bar in a field of 100 by 100, with a gap between them. */
export function barsOf(values, top) {
  const slot = 100 / Math.max(values.length, 1);
  return values.map((value, at) => ({ x: at * slot + slot * 0.14, width: slot * 0.72, height: Math.min((value / top) * 100, 100) }));
}
