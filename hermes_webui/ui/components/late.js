// A component that is fetched when it is first drawn, so that the first visit does not pay for it.

import { useEffect, useState } from 'preact/hooks';
import { html } from './html.js';

/** `load` imports a module, `name` is the component in it. Nothing is drawn until it is there. */
export function late(load, name) {
  let found = null;
  return function Late(props) {
    const [, drawn] = useState(0);
    useEffect(() => {
      if (!found) load().then((module) => { found = module[name]; drawn(1); }, (error) => console.warn('a part of the page did not come', error));
    }, []);
    return found && html`<${found} ...${props} />`;
  };
}
