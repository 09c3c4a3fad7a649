// The size of a file, as people write it.

import { locale } from '../../words/words.js';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

export function bytes(size) {
  const at = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), UNITS.length - 1);
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: UNITS[at], unitDisplay: at ? 'short' : 'long', maximumFractionDigits: at ? 1 : 0 }).format(size / 1000 ** at);
}
