// The reader's place in a long conversation. Only rows near the view are drawn; whatever is measured, loaded or grown, the
// row that is being read stays where it is. The end is followed only by a reader who is at the end.

import { estimate, offsetsOf, rangeOf, rowAt } from '../state/window.js';

const LINES = '.block, .fold, .line, .bubble'; // the parts of a row that something may grow above of
const MARGIN = 1200;
/** The first drawing is what is in view; what lies around it comes once that is seen. */
const FIRST_MARGIN = 48;
const NEAR_END = 24;
const MORE_WITHIN = 2500;

export class Viewport {
  #scroller = null;
  #rows = [];
  #heights = [];
  #offsets = offsetsOf([]);
  #measured = new Map();
  #anchor = null;
  #last = 0;
  #unsettled = true;
  #margin = FIRST_MARGIN;
  #widens = false;
  #height = 800; // of the view, as it was measured last: asking while drawing would lay the page out twice
  #redraw;
  #older;
  #newer;
  #followed;
  #whole = true; // whether the last row is the conversation's last
  following = true;
  range = [0, 0];

  /**
   * `redraw()` draws `range` again, `older()` and `newer()` ask for more above and below, `followed(yes)` tells whether the
   * end is followed.
   */
  constructor({ redraw, older, newer, followed }) {
    this.#redraw = redraw;
    this.#older = older;
    this.#newer = newer;
    this.#followed = followed;
  }

  attach(scroller, content) {
    this.#scroller = scroller;
    scroller.toggleAttribute('data-following', this.following);
    const watcher = new ResizeObserver(() => {
      this.#catchUp();
      this.#settle();
    });
    watcher.observe(scroller);
    watcher.observe(content);
    return () => watcher.disconnect();
  }

  /** Heights of what is not drawn, before and after. */
  get spaces() {
    const [from, to] = this.range;
    return [this.#offsets[from], this.#offsets.at(-1) - this.#offsets[to]];
  }

  /** The row at the reader's place; null for who follows the end. */
  get place() {
    return this.following ? null : this.#rows[this.#anchorAt()] ?? null;
  }

  /** The rows to lay out; called while drawing. Rows that do not reach the end (`whole`) cannot be followed. */
  show(rows, whole = true) {
    this.#catchUp();
    this.#whole = whole;
    if (!whole) this.#follow(false);
    const shifted = rows.length !== this.#rows.length || rows[0]?.key !== this.#rows[0]?.key || rows.at(-1)?.key !== this.#rows.at(-1)?.key;
    this.#rows = rows;
    if (shifted) this.#layOut();
    const [from, to] = this.range;
    this.range = this.#rangeNow();
    this.#unsettled ||= shifted || from !== this.range[0] || to !== this.range[1];
  }

  /** A scroll whose event is yet to come must be known before anything else moves. */
  #catchUp() {
    if (this.#scroller && !this.following && Math.abs(this.#scroller.scrollTop - this.#last) >= 1) this.#moved();
  }

  #layOut() {
    const width = this.#scroller?.clientWidth ?? 720;
    this.#heights = this.#rows.map((row) => this.#measured.get(row.key) ?? estimate(row, width));
    this.#offsets = offsetsOf(this.#heights);
  }

  /** Around the anchor, as it lies in the new layout; at first, and when following, around the end. */
  #rangeNow() {
    const at = this.following ? -1 : this.#anchorAt();
    const last = this.#offsets.at(-1) - this.#height;
    const wanted = at < 0 ? last : this.#offsets[at] - this.#anchor.top;
    return rangeOf(this.#offsets, Math.max(Math.min(wanted, last), 0), this.#height, this.#margin); // no farther than one can scroll
  }

  #anchorAt() {
    if (!this.#anchor) return -1;
    const { key, at } = this.#anchor;
    return this.#rows[at]?.key === key ? at : this.#rows.findIndex((row) => row.key === key);
  }

  /**
   * After each drawing. A reader at the end, where only a row has grown, is kept there by the browser's own anchoring (the
   * style sheet has it), and the observer tells of the new size when the page has been laid out anyway.
   */
  settle() {
    if (this.#unsettled || !this.following || this.#last < 1) this.#settle(); // at the very top nothing is anchored yet
  }

  /** After rows have come or gone, and when a size changes by itself: measure, then put the reader's row back. */
  #settle() {
    const scroller = this.#scroller;
    if (!scroller?.isConnected) return;
    this.#unsettled = false;
    this.#measure(scroller);
    this.#height = scroller.clientHeight;
    const end = scroller.scrollHeight - scroller.clientHeight;
    if (end < 2 && this.#whole) this.#follow(true); // everything is in view
    if (this.following) this.#scrollTo(end);
    if (this.following || !this.#restore(scroller)) this.#remember();
    this.#check();
    if (this.#rows.length) this.#widen();
  }

  #widen() {
    if (this.#widens) return;
    this.#widens = true;
    requestAnimationFrame(() => setTimeout(() => {
      this.#margin = MARGIN;
      if (this.#scroller?.isConnected) this.#redraw();
    }));
  }

  #measure(scroller) {
    let changed = false;
    for (const element of scroller.querySelectorAll('[data-at]')) {
      const at = Number(element.dataset.at);
      const height = element.getBoundingClientRect().height;
      if (!this.#rows[at] || Math.abs(height - this.#heights[at]) < 0.5) continue;
      this.#heights[at] = height;
      this.#measured.set(this.#rows[at].key, height);
      changed = true;
    }
    if (changed) this.#offsets = offsetsOf(this.#heights);
  }

  /** The anchor stays as it was noted, so that what is rounded never adds up. Whether there is one. */
  #restore(scroller) {
    const at = this.#anchorAt();
    if (at < 0) return false;
    const moved = this.#topNow(at) - this.#anchor.top;
    if (Math.abs(moved) >= 1) this.#scrollTo(scroller.scrollTop + moved);
    return true;
  }

  /** Where the anchor's row is in the view; where the line that was read first is still there, that line decides. */
  #topNow(at) {
    const { line, lineTop, top } = this.#anchor;
    if (line?.isConnected) return this.#topOf(line) - lineTop + top;
    const element = this.#element(at);
    return element ? this.#topOf(element) : this.#offsets[at] - this.#scroller.scrollTop;
  }

  #element = (at) => this.#scroller.querySelector(`[data-at="${at}"]`);

  #topOf = (element) => element.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;

  #scrollTo(top) {
    if (Math.abs(this.#scroller.scrollTop - top) >= 0.5) this.#scroller.scrollTop = top;
    this.#last = this.#scroller.scrollTop;
  }

  #remember() {
    if (!this.#rows.length) return;
    const at = rowAt(this.#offsets, this.#scroller.scrollTop);
    const element = this.#element(at);
    const top = element ? this.#topOf(element) : this.#offsets[at] - this.#scroller.scrollTop;
    const line = element ? this.#firstLine(element) : null;
    this.#anchor = { at, key: this.#rows[at].key, top, line, lineTop: line && this.#topOf(line) };
  }

  #firstLine(element) {
    const edge = this.#scroller.getBoundingClientRect().top;
    return [...element.querySelectorAll(LINES)].find((line) => line.getBoundingClientRect().bottom > edge + 1) ?? null;
  }

  #check() {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    const [from, to] = rangeOf(this.#offsets, scrollTop, clientHeight, this.#margin / 3);
    if ((from < this.range[0] || to > this.range[1]) && String(this.#rangeNow()) !== String(this.range)) this.#redraw();
    if (scrollTop < MORE_WITHIN && this.#rows.length) this.#older();
    if (!this.#whole && scrollHeight - clientHeight - scrollTop < MORE_WITHIN) this.#newer();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const left = scrollHeight - clientHeight - scrollTop;
    if (this.#whole && (left < 2 || (left < NEAR_END && scrollTop > this.#last))) this.#follow(true);
    else if (scrollTop < this.#last - 0.5) this.#follow(false);
    if (Math.abs(scrollTop - this.#last) >= 0.5) this.#moved(); // not where the page itself has put it
    this.#check();
  }

  #moved() {
    this.#last = this.#scroller.scrollTop;
    this.#remember();
  }

  #follow(following) {
    if (this.following === following) return;
    this.following = following;
    this.#scroller?.toggleAttribute('data-following', following);
    this.#followed(following);
  }

  toEnd() {
    this.#follow(true);
    this.#redraw();
  }
  /** A row to the reader's eyes, `top` pixels below the view's upper edge; the end is not followed then. */
  toRow(key, top) {
    this.#anchor = { at: this.#rows.findIndex((row) => row.key === key), key, top, line: null, lineTop: null };
    this.#last = this.#scroller.scrollTop;
    this.#follow(false);
    this.#unsettled = true;
    this.#redraw();
  }
}
