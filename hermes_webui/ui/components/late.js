// A component that is fetched when it is first drawn, so that the first visit does not pay for it.

import { useEffect, useState } from 'preact/hooks';
import { html } from './html.js';

/**
 * `load` imports a module, `name` is the component in it. Nothing is drawn until it is there; `fetch()` asks for it before
 * it is drawn.
 */
export function late(load, name) {
  let [found, coming] = [null, null];
  const fetch = () => {
    coming ??= load().then((module) => { found = module[name]; }, (error) => {
      coming = null;
      console.warn('a part of the page did not come', error);
    });
    return coming;
  };
  function Late(props) {
    const [, drawn] = useState(0);
    const missing = !found; // it may come between this drawing and its effect
    useEffect(() => { if (missing) fetch().then(() => drawn(1)); }, []);
    return found && html`<${found} ...${props} />`;
  }
  return Object.assign(Late, { fetch });
}
