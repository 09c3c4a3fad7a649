// Comma-separated values as rows of cells (RFC 4180, with whatever separator the file uses), up to a limit.

const SEPARATORS = [',', ';', '\t', '|'];

/** The separator that the first lines hold most of. */
export function separatorOf(text) {
  const sample = text.slice(0, 4000).split('\n').slice(0, 5).join('\n').replace(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((each) => sample.split(each).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))];
}

/** `{rows: [[cell]], columns, cut}`: at most `most` rows, and whether there are more. */
export function tableOf(text, most = 50_000) {
  const reader = new Reader(text.replace(/^\ufeff/, ''), separatorOf(text));
  const rows = [];
  while (!reader.done && rows.length < most) rows.push(reader.row());
  return { rows, columns: rows.reduce((widest, row) => Math.max(widest, row.length), 0), cut: !reader.done };
}

class Reader {
  #text;
  #separator;
  #at = 0;

  constructor(text, separator) {
    this.#text = text;
    this.#separator = separator;
  }

  get done() {
    return this.#at >= this.#text.length;
  }

  row() {
    const cells = [this.#cell()];
    while (this.#text[this.#at] === this.#separator) {
      this.#at += 1;
      cells.push(this.#cell());
    }
    this.#skip('\r');
    this.#skip('\n');
    return cells;
  }

  #skip(sign) {
    if (this.#text[this.#at] === sign) this.#at += 1;
  }

  #cell() {
    return this.#text[this.#at] === '"' ? this.#quoted() + this.#plain() : this.#plain();
  }

  #plain() {
    const from = this.#at;
    const text = this.#text;
    while (this.#at < text.length && text[this.#at] !== this.#separator && text[this.#at] !== '\n' && text[this.#at] !== '\r') this.#at += 1;
    return text.slice(from, this.#at);
  }

  /** Without an end it goes to the end of the text: nothing is lost. */
  #quoted() {
    let cell = '';
    this.#at += 1;
    while (!this.done) {
      const end = this.#text.indexOf('"', this.#at);
      cell += this.#text.slice(this.#at, end < 0 ? undefined : end);
      this.#at = end < 0 ? this.#text.length : end + 1;
      if (this.#text[this.#at] !== '"') break;
      cell += '"';
      this.#at += 1;
    }
    return cell;
  }
}
