// What runs have used and cost, by day and by model.

import { useEffect, useState } from 'preact/hooks';
import { useKept } from '../../page/kept.js';
import { money } from '../../state/figures.js';
import { MEASURES, SPANS, byModel, count, dayOf } from '../../state/usage.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Chart } from './chart.js';
import { Closed } from './closed.js';
import { Choice } from './fields.js';

/** While old conversations are still being counted. */
const AGAIN_MS = 1500;

const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function Usage() {
  const kept = useKept('/api/usage');
  const [days, setDays] = useState(30);
  const [measure, setMeasure] = useState(null);
  const told = kept.told.value;
  const load = () => kept.load({ days, timezone: zone() });
  useEffect(() => { load(); }, [days]);
  useEffect(() => {
    const timer = told?.complete === false ? setTimeout(load, AGAIN_MS) : 0;
    return () => clearTimeout(timer);
  }, [told]);
  if (!told) return html`<${Closed} server=${kept} />`;
  const what = measure ?? (told.total.cost > 0 ? 'cost' : 'tokens');
  return html`
    <${Choice} name=${t('around.span-name')} value=${days} options=${SPANS.map((one) => [one, t('around.last-days', { count: one })])} choose=${setDays} />
    <${Choice} name=${t('around.measure')} value=${what} options=${MEASURES.map((one) => [one, t(`around.measure-${one}`)])} choose=${setMeasure} />
    ${told.complete ? null : html`<p class="hint" role="status">${t('around.counting')}</p>`}
    <${Total} total=${told.total} />
    <${Chart} days=${told.days} measure=${what} />
    <${Models} days=${told.days} />
    <${Days} days=${told.days} />
    <p class="hint">${t('around.usage-hint')}</p>
  `;
}

function Total({ total }) {
  const figures = [
    [t('around.cost'), money(total.cost)],
    [t('around.input'), count(total.input_tokens)],
    [t('around.output'), count(total.output_tokens)],
    [t('around.runs'), count(total.runs)],
  ];
  return html`
    <dl class="figures">${figures.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${total.unpriced > 0 && html`<p class="hint">${t('around.unpriced', { count: total.unpriced })}</p>`}
  `;
}

/** What matters first stands first. */
const HEADS = ['around.cost', 'around.runs', 'around.input', 'around.output'];

const Figures = ({ of }) => [of.cost > 0 || !of.unpriced ? money(of.cost) : t('around.unknown'), count(of.runs), count(of.input_tokens), count(of.output_tokens)]
  .map((value, at) => html`<td role="cell" data-head=${t(HEADS[at])}>${value}</td>`);

/** On a phone each row is a block with its figures under it: a table that is laid out so needs its roles said. */
function Table({ name, first, rows }) {
  return html`
    <div class="table-scroll" tabindex="0" role="region" aria-label=${name}>
      <table class="usage" role="table"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${first}</th>
        ${HEADS.map((key) => html`<th key=${key} scope="col" role="columnheader">${t(key)}</th>`)}</tr></thead>
        <tbody role="rowgroup">${rows.map(({ key, label, hint, of }) => html`
          <tr key=${key} role="row"><th scope="row" role="rowheader">${label}${hint && html`<span class="hint">${hint}</span>`}</th><${Figures} of=${of} /></tr>`)}</tbody></table>
    </div>
  `;
}

function Models({ days }) {
  const rows = byModel(days).map((one) => ({ key: one.key, label: one.model || one.engine || t('around.unknown'), hint: one.provider, of: one }));
  if (!rows.length) return null;
  return html`<h3 class="around-head">${t('around.by-model')}</h3><${Table} name=${t('around.by-model')} first=${t('composer.model')} rows=${rows} />`;
}

/** The chart's figures: only the days on which something was used. */
function Days({ days }) {
  const rows = days.filter(({ runs }) => runs).reverse().map((one) => ({ key: one.day, label: dayOf(one.day), of: one }));
  if (!rows.length) return null;
  return html`
    <details class="as-table"><summary>${t('around.by-day')}</summary>
      <${Table} name=${t('around.by-day')} first=${t('around.day')} rows=${rows} /></details>
  `;
}
