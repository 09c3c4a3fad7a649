// Sums of money and of tokens in words.

import { locale, t } from '../words/words.js';

/** Smaller sums keep their digits: a run may cost a hundredth of a cent. */
export function money(value) {
  const digits = value > 0 && value < 0.1 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return new Intl.NumberFormat(locale(), { style: 'currency', currency: 'USD', ...digits }).format(value);
}

export const compact = (value) => new Intl.NumberFormat(locale(), { notation: 'compact', maximumFractionDigits: 1 }).format(value);

/** A conversation's own total in a line, or '' where nothing is known of it. */
export function spokenTotal({ input_tokens: read = 0, output_tokens: written = 0, estimated_cost: cost = null } = {}) {
  if (!read && !written) return '';
  const tokens = compact(read + written);
  return cost === null ? t('around.used', { tokens }) : t('around.used-cost', { tokens, cost: money(cost) });
}
