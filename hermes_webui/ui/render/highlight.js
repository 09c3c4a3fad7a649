// Colours for finished code blocks. The library comes with the first of them, a language with the first that needs it.

import { safeFragment } from './sanitise.js';

const ALIASES = {
  js: 'javascript', jsx: 'javascript', mjs: 'javascript', node: 'javascript', ts: 'typescript', tsx: 'typescript',
  py: 'python', python3: 'python', sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', html: 'xml', svg: 'xml',
  vue: 'xml', yml: 'yaml', md: 'markdown', rs: 'rust', golang: 'go', 'c++': 'cpp', h: 'c', hpp: 'cpp', jsonc: 'json',
  patch: 'diff', postgresql: 'sql', sqlite: 'sql', scss: 'css',
};
const LANGUAGES = new Set(
  'bash c cpp css diff go java javascript json markdown python rust sql typescript xml yaml'.split(' '),
);
const LONGEST = 60_000;
const KEPT = 300;
const lit = new Map();
const queue = [];
let core = null;
let working = false;

/** Colour the code blocks inside `element`, one at a time, when the page has nothing better to do. */
export function lightUp(element) {
  for (const code of element.querySelectorAll('code[data-language]')) {
    const text = code.textContent;
    const language = ALIASES[code.dataset.language] ?? code.dataset.language;
    const known = lit.get(`${language}\n${text}`);
    if (known) code.replaceChildren(known.cloneNode(true));
    else if (LANGUAGES.has(language) && text.length <= LONGEST) queue.push({ code, language, text });
  }
  if (queue.length && !working) work();
}

async function work() {
  working = true;
  for (let job = queue.shift(); job; job = queue.shift()) {
    if (!job.code.isConnected) continue;
    await idle();
    const fragment = await colour(job.language, job.text).catch(() => null);
    if (fragment && job.code.textContent === job.text) job.code.replaceChildren(fragment);
  }
  working = false;
}

const idle = () => new Promise((done) => (globalThis.requestIdleCallback ?? setTimeout)(done, { timeout: 500 }));

async function colour(language, text) {
  core ??= (await import('../vendor/highlight/core.js')).default;
  if (!core.getLanguage(language)) {
    core.registerLanguage(language, (await import(`../vendor/highlight/${language}.js`)).default);
  }
  const fragment = safeFragment(core.highlight(text, { language, ignoreIllegals: true }).value);
  lit.set(`${language}\n${text}`, fragment);
  if (lit.size > KEPT) lit.delete(lit.keys().next().value);
  return fragment.cloneNode(true);
}
