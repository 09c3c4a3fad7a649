// A component that is fetched when it is first drawn, so that the first visit does not pay for it.

import { useEffect, useState } from 'preact/hooks';
import { html } from './html.js';

const AGAIN_MS = 2000;

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
    useEffect(() => {
      let timer = 0;
      const look = () => fetch().then(() => { // while the server is away it does not come: it is asked for again
        if (found) drawn(1);
        else timer = setTimeout(look, AGAIN_MS);
      });
      if (missing) look();
      return () => clearTimeout(timer);
    }, []);
    return found && html`<${found} ...${props} />`;
  }
  return Object.assign(Late, { fetch });
}
