// Markup in plain JavaScript.

import { h } from 'preact';
import htm from 'htm';

export const html = htm.bind(h);

/** A sentence in which what stands between backticks is something to type. */
export const withCode = (words) => words.split('`').map((part, at) => (at % 2 ? html`<code>${part}</code>` : part));
