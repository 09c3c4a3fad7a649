// What lies over the page (palette, keyboard map, a question, settings): its code and its styles come when it is first opened.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';

const PARTS = {
  palette: () => import('./palette.js').then((module) => module.Palette),
  keys: () => import('./keyboard-map.js').then((module) => module.KeyboardMap),
  purge: () => import('./purge-dialog.js').then((module) => module.PurgeDialog),
  settings: () => import('./settings/settings.js').then((module) => module.Settings),
};

export function Panel() {
  const { panels, toasts, version } = usePage();
  const open = panels.open.value;
  const [loaded, setLoaded] = useState({});
  useEffect(() => {
    if (!open || loaded[open.name]) return;
    Promise.all([PARTS[open.name](), style('panels')]).then(
      ([part]) => setLoaded((known) => ({ ...known, [open.name]: part })),
      () => { panels.close(); toasts.add(...absent(version)); },
    );
  }, [open?.name]);
  const Part = open && loaded[open.name];
  return Part ? html`<${Part} key=${open.name} section=${open.section} close=${() => panels.close()} />` : null;
}

/** After an upgrade the server has the files of the new page only. */
const absent = ({ outdated }) =>
  outdated ? [t('app.outdated'), { name: t('app.reload'), run: () => location.reload() }] : [t('app.not-loaded')];

/** A style sheet of the page that is not needed for its first paint; ready when it resolves. */
function style(name) {
  const href = new URL(`../styles/${name}.css`, import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
  return new Promise((resolve, reject) => {
    Object.assign(link, { onload: resolve, onerror: () => { link.remove(); reject(new Error(name)); } });
    document.head.append(link);
  });
}
