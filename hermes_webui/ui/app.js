// Where the page begins: one language, one shell, one tree of components.

import { render } from 'preact';
import { html } from './components/html.js';
import { App } from './components/app.js';
import { Page, PageContext } from './page/page.js';
import { chosenFrom, direction, locale, speak } from './words/words.js';

const page = new Page();
await speak(page.storage.get('language') ?? chosenFrom(navigator.languages ?? []));
Object.assign(document.documentElement, { lang: locale(), dir: direction() });
page.start();
const place = document.getElementById('app');
place.replaceChildren();
render(html`<${PageContext.Provider} value=${page}><${App} /><//>`, place);
