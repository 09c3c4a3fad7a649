// Comma-separated values as a table: all of its rows can be scrolled to, only those in view are drawn.

import { useMemo, useRef } from 'preact/hooks';
import { tableOf } from '../../state/csv.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { useRows } from './rows.js';

const HEIGHT = 30;
const MOST_COLUMNS = 100;
const MEASURED = 200; // rows that the widths of the columns go by
const [NARROW, WIDE] = [6, 40]; // characters

export function CsvTable({ text }) {
  const { rows, columns, cut } = useMemo(() => tableOf(text), [text]);
  const list = useRef(null);
  const [head = [], ...body] = rows;
  const view = useRows(list, HEIGHT, body.length);
  const widths = useMemo(() => widthsOf(rows.slice(0, MEASURED), Math.min(columns, MOST_COLUMNS)), [rows]);
  const shown = body.slice(view.first, view.last + 1);
  return html`
    ${(cut || columns > MOST_COLUMNS) && html`<p class="ws-note">${t('workspace.table-cut', { rows: body.length, columns: Math.min(columns, MOST_COLUMNS) })}</p>`}
    <div class="ws-paper-body ws-table" tabindex="0" ref=${list} onScroll=${view.scrolled}>
      <table aria-rowcount=${body.length + 1} aria-colcount=${columns}>
        <colgroup><col style=${{ width: '4.5ch' }} />${widths.map((width) => html`<col style=${{ width: `${width + 4}ch` }} />`)}</colgroup>
        <thead><tr aria-rowindex="1"><td class="ws-number"></td>${widths.map((_, at) => html`<th scope="col" title=${head[at]}>${head[at]}</th>`)}</tr></thead>
        <tbody>
          ${view.above > 0 && html`<tr role="presentation" style=${{ height: `${view.above}px` }}></tr>`}
          ${shown.map((row, at) => html`<${Row} key=${view.first + at} row=${row} number=${view.first + at + 2} columns=${widths.length} />`)}
          ${view.below > 0 && html`<tr role="presentation" style=${{ height: `${view.below}px` }}></tr>`}
        </tbody>
      </table>
    </div>
  `;
}

const Row = ({ row, number, columns }) => html`
  <tr aria-rowindex=${number} style=${{ height: `${HEIGHT}px` }}><td class="ws-number">${number}</td>
    ${Array.from({ length: columns }, (_, at) => html`<td class=${isNumber(row[at]) ? 'right' : ''} title=${row[at]?.length > WIDE ? row[at] : undefined}>${row[at]}</td>`)}</tr>`;

const isNumber = (cell) => Boolean(cell) && /^[-+]?[\d.,\s]*\d%?$/.test(cell);

function widthsOf(rows, columns) {
  return Array.from({ length: columns }, (_, at) => {
    const longest = rows.reduce((most, row) => Math.max(most, row[at]?.length ?? 0), 0);
    return Math.min(Math.max(longest, NARROW), WIDE);
  });
}
