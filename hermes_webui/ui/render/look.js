// The page's colours, in the names that Mermaid's theme has for them.

import { element } from './element.js';

const NAMES = {
  background: 'raised', primaryColor: 'soft', primaryTextColor: 'text', primaryBorderColor: 'line-strong',
  secondaryColor: 'accent-soft', tertiaryColor: 'raised', lineColor: 'muted', textColor: 'text', noteBkgColor: 'accent-soft', noteTextColor: 'text',
};

/** As they are now: a token that differs between light and dark is resolved by an element that wears it. */
export function lookNow() {
  const probe = document.body.appendChild(element('span', { class: 'away' }));
  const colourOf = (token) => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(Object.entries(NAMES).map(([name, token]) => [name, colourOf(token)]));
  const [red, green, blue] = colourOf('bg').match(/[\d.]+/g).map(Number);
  const { fontFamily } = getComputedStyle(probe);
  probe.remove();
  return { ...colours, darkMode: red + green + blue < 384, fontFamily, fontSize: '15px' };
}
