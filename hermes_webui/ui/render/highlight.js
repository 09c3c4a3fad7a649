// Colours for finished code blocks. The library comes with the first of them, a language with the first that needs it.

import { safeFragment } from './sanitise.js';

const LANGUAGES = {
  bash: 'sh shell zsh console shellsession', c: 'h', clojure: 'clj', cpp: 'c++ cc cxx hpp', csharp: 'c# cs',
  diff: 'patch', dockerfile: 'docker containerfile', dos: 'bat cmd batch', elixir: 'ex exs', erlang: 'erl',
  fsharp: 'f# fs', go: 'golang', graphql: 'gql', groovy: 'jenkinsfile', haskell: 'hs', ini: 'toml conf cfg', java: '',
  javascript: 'js jsx mjs cjs node', json: 'jsonc json5 jsonl', julia: 'jl', kotlin: 'kt kts', latex: 'tex',
  lisp: 'elisp commonlisp', makefile: 'make mk', markdown: 'md', matlab: 'octave', nginx: 'nginxconf',
  objectivec: 'objc objective-c', ocaml: 'ml', perl: 'pl', powershell: 'ps1 pwsh ps', properties: 'env dotenv',
  protobuf: 'proto', python: 'py python3 pycon', ruby: 'rb', rust: 'rs', scheme: 'racket rkt',
  sql: 'postgresql postgres mysql sqlite plsql', typescript: 'ts tsx mts', vbnet: 'vb', verilog: 'v sv systemverilog',
  wasm: 'wat', x86asm: 'asm nasm', xml: 'html svg vue xhtml svelte rss', yaml: 'yml', apache: '', cmake: '', css: '',
  dart: '', elm: '', fortran: 'f90', glsl: 'hlsl', gradle: '', http: '', less: '', lua: '', nim: '', nix: '', php: '',
  r: '', scala: '', scss: 'sass', swift: '', tcl: '', vhdl: '', vim: 'viml',
};
const NAMES = new Map(
  Object.entries(LANGUAGES).flatMap(([name, others]) => [name, ...others.split(' ')].map((each) => [each, name])),
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
    const language = NAMES.get(code.dataset.language);
    if (!language) continue;
    const known = lit.get(`${language}\n${text}`);
    if (known) code.replaceChildren(known.cloneNode(true));
    else if (text.length <= LONGEST) queue.push({ code, language, text });
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
