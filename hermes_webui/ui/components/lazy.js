// A part of the page that is fetched, with its style sheet, when it is first drawn.

import { useEffect, useState } from 'preact/hooks';
import { html } from './html.js';

/** `load()` gives the module; its default export is drawn with the rest of the properties, once `sheet` is there. */
export function Lazy({ load, sheet, ...properties }) {
  const [Part, setPart] = useState(null);
  useEffect(() => {
    Promise.all([load(), styled(sheet)]).then(([module]) => setPart(() => module.default), () => null);
  }, []);
  return Part && html`<${Part} ...${properties} />`;
}

function styled(sheet) {
  const href = new URL(`../styles/${sheet}.css`, import.meta.url).href;
  if ([...document.styleSheets].some((one) => one.href === href)) return null;
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
  return new Promise((done) => {
    Object.assign(link, { onload: done, onerror: done });
    document.head.append(link);
  });
}
