// Chinese, Japanese and Korean put no spaces around emphasis: in `これは**「重要」**です` CommonMark sees none, for it asks for a
// space or a sign outside where a sign stands inside. Beside such characters any `*` that touches text opens and closes.

const DENSE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303f\uff00-\uffef]/u;
const touches = (char) => char !== undefined && !/\s/.test(char);

export function withEmphasis(markdown) {
  markdown.inline.State = class extends markdown.inline.State {
    /** `splits`: the sign may stand within a word (`*`, `~`), as `_` may not. */
    scanDelims(start, splits) {
      const found = super.scanDelims(start, splits);
      const before = [...this.src.slice(Math.max(start - 2, 0), start)].at(-1);
      const [after] = this.src.slice(start + found.length, start + found.length + 2);
      if (!splits || !(DENSE.test(before ?? '') || DENSE.test(after ?? ''))) return found;
      return { ...found, can_open: touches(after), can_close: touches(before) };
    }
  };
}
