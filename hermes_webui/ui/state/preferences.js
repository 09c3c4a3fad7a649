// What a person can choose for this browser. The first of each is the default, which is not stored.

export const CHOICES = {
  theme: ['system', 'light', 'dark'],
  accent: ['teal', 'blue', 'violet', 'rose', 'amber', 'graphite'],
  density: ['comfortable', 'compact'],
  size: ['normal', 'small', 'large', 'larger'],
  width: ['normal', 'narrow', 'wide', 'full'],
  code: ['normal', 'small', 'large'],
  lines: ['scroll', 'wrap'],
  sendKey: ['enter', 'mod-enter'],
  reasoning: ['closed', 'open'],
  notify: [false, true],
  confirmDelete: [false, true],
};

/** Those that the style sheets follow: attributes of the page's root, set before the first paint by `first.js`. */
export const SEEN = ['theme', 'accent', 'density', 'size', 'width', 'code', 'lines'];

/** The value as it is stored, or the default where it is none of the choices. */
export const valid = (name, value) => (CHOICES[name].includes(value) ? value : CHOICES[name][0]);
