// What a block is given after Markdown: folds, colours, formulas, diagrams, pictures. What few messages need is fetched with
// the first that does, and from then on it is drawn at once, with the block.

import { fitCode } from './code.js';
import { lightUp } from './highlight.js';

const PARTS = [
  { selector: '.math', load: () => import('./math.js'), growing: true },
  { selector: '.code code[data-language=mermaid]', load: () => import('./diagram.js'), growing: false },
  { selector: 'a.picture', load: () => import('./picture.js'), growing: true },
];
const here = new Map();

/** `nodes` (an element or a fragment) are finished; `watched` if somebody has seen them grow. */
export function finish(nodes, { watched = false } = {}) {
  fitCode(nodes, { watched });
  for (const part of PARTS) draw(part, nodes);
  lightUp(nodes);
}

/** The same for nodes that will be replaced soon: only what costs little and moves nothing later. */
export function sketch(nodes) {
  for (const part of PARTS) if (part.growing) draw(part, nodes);
}

function draw({ selector, load }, nodes) {
  const found = nodes.querySelectorAll(selector);
  if (!found.length) return;
  if (here.has(selector)) here.get(selector).draw(found);
  else fetchPart(selector, load).then((module) => module?.draw([...found].filter((one) => one.isConnected)));
}

/** A part that cannot be had now leaves the source as it is; the next block tries again. */
async function fetchPart(selector, load) {
  const module = await load().then((loaded) => loaded.ready().then(() => loaded)).catch(() => null);
  if (module) here.set(selector, module);
  return module;
}

const PATIENCE_MS = 400;

/** Waits a little for what draws formulas, so that they are drawn whole at once, and nothing moves after. */
export function prepare() {
  const [math] = PARTS;
  if (here.has(math.selector)) return Promise.resolve();
  const patience = new Promise((done) => { setTimeout(done, PATIENCE_MS); });
  return Promise.race([fetchPart(math.selector, math.load), patience]);
}
