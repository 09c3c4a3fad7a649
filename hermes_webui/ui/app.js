// Where the page begins: one shell, one tree of components.

import { render } from 'preact';
import { html } from './components/html.js';
import { App } from './components/app.js';
import { Page, PageContext } from './page/page.js';

const page = new Page();
page.start();
render(html`<${PageContext.Provider} value=${page}><${App} /><//>`, document.getElementById('app'));
