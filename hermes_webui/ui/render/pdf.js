// A PDF, drawn page by page by pdf.js: its reader works in a worker, nothing that the file says is run, and a page is drawn
// when it comes near the view and let go when it has left. Over each lies its text, to be selected and read aloud.

import { t } from '../words/words.js';
import { element } from './element.js';

/** A page is sharp up to so many pixels of its canvas; larger ones are drawn coarser. */
const MOST_PIXELS = 2 ** 24;
/** The largest picture within a page that is drawn, in pixels: a small file may promise a large one. */
const LARGEST_PICTURE = 2 ** 26;
/** How far beyond the view pages are drawn, in parts of it. */
const BEYOND = '75% 0px';

const addressOf = (name) => new URL(`../vendor/pdf/${name}`, import.meta.url).href;

let library = null;

function libraryOf() {
  library ??= import('../vendor/pdf/pdf.js').then((pdf) => {
    pdf.GlobalWorkerOptions.workerSrc = addressOf('pdf.worker.js');
    return pdf;
  }, (error) => {
    library = null; // the server was away: it is asked for again
    throw error;
  });
  return library;
}

/** Without WebAssembly, which the page's policy does not allow; of a large file only the parts that are looked at come. */
const optionsOf = (url) => ({
  url, useWasm: false, wasmUrl: addressOf('decoders/'), cMapUrl: addressOf('cmaps/'), standardFontDataUrl: addressOf('fonts/'),
  disableStream: true, disableAutoFetch: true, enableXfa: false, maxImageSize: LARGEST_PICTURE, verbosity: 0,
});

const WHY = { PasswordException: 'locked', InvalidPDFException: 'broken', ResponseException: 'away' };

export class Book {
  #box;
  #turned;
  #loading = null;
  #document = null;
  #leaves = [];
  #near = new Set();
  #watchers = [];
  #page = 1;
  #within = 0; // how much of that page has been scrolled past
  #zoom = 1;
  #closed = false;

  /** `box` is what scrolls; `turned(page)` is told which page is looked at. */
  constructor(box, turned) {
    this.#box = box;
    this.#turned = turned;
  }

  /** The number of its pages. Throws an error with `why`: locked | broken | away. */
  async open(address, page = 1) {
    const pdf = await libraryOf().catch((error) => { throw Object.assign(error, { why: 'away' }); });
    if (this.#closed) return 0;
    this.#loading = pdf.getDocument(optionsOf(address));
    try {
      this.#document = await this.#loading.promise;
      this.#bind(await this.#document.getPage(1), pdf);
    } catch (error) {
      throw Object.assign(error, { why: WHY[error.name] ?? 'broken' });
    }
    this.show(page);
    return this.#leaves.length;
  }

  close() {
    this.#closed = true;
    for (const watcher of this.#watchers) watcher.disconnect();
    for (const leaf of this.#leaves) this.#release(leaf);
    this.#box.replaceChildren();
    this.#box.onscroll = null;
    this.#loading?.destroy();
  }

  /** A place for each page: as the first one is, until it is known better. */
  #bind(first, pdf) {
    const { width, height } = first.getViewport({ scale: 1 });
    const count = this.#document.numPages;
    this.#leaves = Array.from({ length: count }, (_, at) => {
      const node = element('div', { class: 'pdf-page', role: 'group', 'aria-label': t('workspace.pdf-page-of', { page: at + 1, count }) });
      node.style.aspectRatio = `${width} / ${height}`;
      return { node, number: at + 1, drawing: 0, width: 0, task: null, canvas: null, text: null, TextLayer: pdf.TextLayer };
    });
    this.#box.replaceChildren(...this.#leaves.map(({ node }) => node));
    this.#watch();
  }

  #watch() {
    const leafOf = new Map(this.#leaves.map((leaf) => [leaf.node, leaf]));
    const near = new IntersectionObserver((seen) => {
      for (const { target, isIntersecting } of seen) this.#come(leafOf.get(target), isIntersecting);
    }, { root: this.#box, rootMargin: BEYOND });
    for (const { node } of this.#leaves) near.observe(node);
    const size = new ResizeObserver(() => this.#fit());
    size.observe(this.#box);
    this.#watchers = [near, size];
    this.#box.onscroll = () => this.#look();
  }

  #come(leaf, isNear) {
    if (isNear) {
      this.#near.add(leaf);
      this.#draw(leaf);
    } else if (this.#near.delete(leaf)) this.#release(leaf);
  }

  /** Another width: what is near is drawn anew, and stretched until it is; the page that is looked at stays. */
  #fit() {
    this.show(this.#page);
    for (const leaf of this.#near) this.#draw(leaf);
  }

  get zoom() {
    return this.#zoom;
  }

  set zoom(zoom) {
    this.#zoom = zoom;
    this.#box.style.setProperty('--pdf-zoom', zoom);
    this.#fit();
  }

  show(number) {
    const leaf = this.#leaves[Math.min(Math.max(number, 1), this.#leaves.length) - 1];
    if (!leaf) return;
    const within = leaf.number === this.#page && this.#box.scrollTop > 0 ? this.#within : 0;
    this.#box.scrollTop = leaf.node.offsetTop - this.#leaves[0].node.offsetTop + within * leaf.node.offsetHeight;
    this.#look();
  }

  /** The page in the middle of the view, and how far it is scrolled. */
  #look() {
    const middle = this.#box.scrollTop + this.#box.clientHeight / 2;
    let [low, high] = [0, this.#leaves.length - 1];
    while (low < high) {
      const half = Math.ceil((low + high) / 2);
      if (this.#leaves[half].node.offsetTop <= middle) low = half;
      else high = half - 1;
    }
    const { node, number } = this.#leaves[low];
    this.#within = (this.#box.scrollTop - node.offsetTop + this.#leaves[0].node.offsetTop) / node.offsetHeight;
    this.#page = number;
    this.#turned(number);
  }

  async #draw(leaf) {
    const drawing = ++leaf.drawing;
    const current = () => drawing === leaf.drawing;
    leaf.task?.cancel();
    try {
      const page = await this.#document.getPage(leaf.number);
      if (!current()) return;
      leaf.page = page;
      const plain = page.getViewport({ scale: 1 });
      leaf.node.style.aspectRatio = `${plain.width} / ${plain.height}`;
      const viewport = page.getViewport({ scale: leaf.node.clientWidth / plain.width });
      leaf.node.style.setProperty('--total-scale-factor', viewport.scale);
      if (!leaf.text) this.#lay(leaf, page, viewport);
      if (leaf.width === leaf.node.clientWidth * devicePixelRatio) return;
      const canvas = await paint(leaf, page, viewport);
      if (current()) place(leaf, canvas);
    } catch (error) {
      if (current() && error.name !== 'RenderingCancelledException') leaf.node.dataset.failed = t('workspace.pdf-page-failed');
    }
  }

  /** The text of a page, each line where it is drawn. It grows with the page by itself. */
  #lay(leaf, page, viewport) {
    leaf.text = element('div', { class: 'pdf-text' });
    leaf.node.append(leaf.text);
    const layer = new leaf.TextLayer({ textContentSource: page.streamTextContent(), container: leaf.text, viewport });
    leaf.layer = layer;
    layer.render().catch(() => null); // the page has left, or says no text: it is seen all the same
  }

  #release(leaf) {
    leaf.drawing += 1;
    leaf.task?.cancel();
    leaf.layer?.cancel();
    if (leaf.canvas) Object.assign(leaf.canvas, { width: 0, height: 0 }); // its memory is given back at once
    leaf.node.replaceChildren();
    delete leaf.node.dataset.failed;
    leaf.page?.cleanup();
    Object.assign(leaf, { task: null, canvas: null, text: null, layer: null, width: 0 });
  }
}

async function paint(leaf, page, viewport) {
  const { width, height } = viewport;
  const ratio = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = element('canvas', { width: Math.floor(width * ratio), height: Math.floor(height * ratio), 'aria-hidden': 'true' });
  leaf.task = page.render({ canvas, viewport, transform: ratio === 1 ? null : [ratio, 0, 0, ratio, 0, 0] });
  await leaf.task.promise;
  return canvas;
}

function place(leaf, canvas) {
  leaf.width = leaf.node.clientWidth * devicePixelRatio;
  delete leaf.node.dataset.failed;
  leaf.canvas?.remove();
  leaf.canvas = canvas;
  leaf.node.prepend(canvas);
}
