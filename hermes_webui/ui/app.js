// Where the page begins: one language, one shell, one tree of components.

import { render } from 'preact';
import { html } from './components/html.js';
import { App } from './components/app.js';
import { Page, PageContext } from './page/page.js';
import { chosenFrom, direction, locale, speak } from './words/words.js';

/** What is on its way already is drawn at once where it comes this soon; the frame of index.html stands until then. */
const PATIENCE_MS = 200;

const page = new Page();
await speak(page.storage.get('language') ?? chosenFrom(navigator.languages ?? []));
Object.assign(document.documentElement, { lang: locale(), dir: direction() });
await Promise.race([page.start(), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
const place = document.getElementById('app');
place.replaceChildren();
render(html`<${PageContext.Provider} value=${page}><${App} /><//>`, place);
