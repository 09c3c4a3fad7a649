// Diagrams. Mermaid lays them out in a frame, one after another; the page shows the result as a picture, in which nothing
// runs and nothing loads. The place of a diagram is as high as its source says, so that nothing moves when it is drawn.

import { t } from '../words/words.js';
import { action, textOf } from './code.js';
import { element } from './element.js';
import { Frame } from './frame.js';
import { lookNow } from './look.js';

const PATIENCE_MS = 15_000;
const KEPT = 60;
const pictures = new Map();
const waiting = new Map();
let frame = null;
let opened = null;
let asked = 0;

export function ready() {
  opened ??= new Promise((done) => {
    const hidden = { class: 'workshop', title: t('text.diagram-workshop'), 'aria-hidden': 'true', tabindex: '-1' };
    const heard = (message) => (message.ready ? done() : waiting.get(message.id)?.(message));
    frame = new Frame('diagram', hidden, heard);
    document.body.append(frame.node);
    new MutationObserver(again).observe(document.documentElement, { attributeFilter: ['data-theme', 'data-accent'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  });
  return opened;
}

/** Another theme: the diagrams that are on the page are drawn again. */
const again = () => draw(document.querySelectorAll('.code code[data-language=mermaid]'));

/** Each code element holds a diagram's source. */
export function draw(codes) {
  for (const code of codes) {
    const figure = code.closest('.code');
    if (figure && figure.dataset.writes === undefined && code.textContent.trim()) show(figure);
  }
}

async function show(figure) {
  const text = textOf(figure);
  const picture = await pictureOf(text, lookNow());
  if (textOf(figure) !== text) return;
  if (picture.error) tell(figure, picture.error);
  else place(figure, picture);
}

function place(figure, { url, width, height }) {
  const image = element('img', { src: url, width, height, alt: t('text.diagram') });
  const view = element('div', { class: 'diagram-view' }, image);
  if (figure.querySelector('.diagram-view')) return figure.querySelector('.diagram-view').replaceWith(view);
  const shows = !figure.classList.contains('with-source');
  figure.querySelector('[data-does=wrap]').replaceWith(
    action('enlarge', t('text.enlarge')), action('source', t('text.source'), { 'aria-pressed': String(!shows) }),
  );
  figure.append(view);
  return figure.classList.add('drawn');
}

/** What is wrong, in a line above the source that stays. */
function tell(figure, error) {
  if (figure.querySelector('.diagram-fault')) return;
  const line = error.split('\n').map((one) => one.trim()).find(Boolean)?.replace(/[:.]$/, '') ?? '';
  const fault = element('span', { class: 'diagram-fault', title: error }, t('text.diagram-wrong', { error: line }));
  figure.querySelector('.code-name').append(fault);
}

export function toggleSource(button) {
  const shown = button.closest('.code').classList.toggle('with-source');
  button.setAttribute('aria-pressed', String(shown));
}

/** The diagram alone, as large as it is; Escape or a click closes it. */
export function enlarge(button) {
  const image = button.closest('.code').querySelector('.diagram-view img');
  const close = element('button', { type: 'button', class: 'secondary' }, t('text.close'));
  const view = element('div', { class: 'enlarged-view', tabindex: '0' }, image.cloneNode());
  const dialog = element('dialog', { class: 'enlarged', 'aria-label': t('text.diagram') }, close, view);
  document.body.append(dialog);
  dialog.addEventListener('close', () => { dialog.remove(); button.focus({ preventScroll: true }); });
  dialog.addEventListener('click', ({ target }) => { if (target === dialog || target === close) dialog.close(); });
  dialog.showModal();
}

async function pictureOf(text, look) {
  const key = JSON.stringify([look, text]);
  if (!pictures.has(key)) pictures.set(key, await drawnBy(text, look));
  if (pictures.size > KEPT) forget(pictures.keys().next().value);
  return pictures.get(key);
}

function forget(key) {
  URL.revokeObjectURL(pictures.get(key).url ?? '');
  pictures.delete(key);
}

/** Mermaid does one thing at a time; one that takes too long is given up. */
let last = Promise.resolve();
function drawnBy(text, look) {
  const id = ++asked;
  last = last.then(() => ready()).then(() => new Promise((done) => {
    const timer = setTimeout(() => done({ error: t('text.diagram-slow') }), PATIENCE_MS);
    waiting.set(id, (answer) => { clearTimeout(timer); waiting.delete(id); done(answer); });
    frame.send({ id, text, look });
  })).then(asPicture);
  return last;
}

function asPicture({ error, svg, width, height }) {
  if (error) return { error };
  return { url: URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' })), width, height };
}
