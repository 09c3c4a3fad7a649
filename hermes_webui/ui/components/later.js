// A part that is fetched when it is first needed.

import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** `load()` gives the component; the other properties are its own. */
export function Later({ load, ...own }) {
  const [part, setPart] = useState(null);
  useEffect(() => {
    let wanted = true;
    load().then((found) => wanted && setPart(() => found), () => null);
    return () => { wanted = false; };
  }, []);
  return part && h(part, own);
}
