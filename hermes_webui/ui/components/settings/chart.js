// Bars over days. The drawing is a picture with a name; the figures stand in the table below it.

import { barsOf, dayOf, shown, topOf, valueOf } from '../../state/usage.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';

export function Chart({ days, measure }) {
  const values = days.map((day) => valueOf(day, measure));
  const most = Math.max(...values);
  const top = topOf(most);
  const bars = barsOf(values, top);
  const middle = days[Math.floor((days.length - 1) / 2)];
  const label = most > 0
    ? t('around.chart', { first: dayOf(days[0].day), last: dayOf(days.at(-1).day), most: shown(most, measure), day: dayOf(days[values.indexOf(most)].day) })
    : t('around.nothing-used');
  return html`
    <figure class="chart">
      <p class="chart-top" aria-hidden="true">${shown(top, measure)}</p>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=${label}>
        ${[0, 50, 100].map((y) => html`<line key=${y} class="chart-line" x1="0" x2="100" y1=${y} y2=${y} />`)}
        ${bars.map(({ x, width, height }, at) => html`
          <g key=${days[at].day} class="bar"><rect class="bar-reach" x=${x} width=${width} y="0" height="100" />
            <rect x=${x} width=${width} y=${100 - height} height=${height} />
            <title>${`${dayOf(days[at].day)}: ${shown(values[at], measure)}`}</title></g>`)}
      </svg>
      <p class="chart-days" aria-hidden="true"><span>${dayOf(days[0].day, 'short')}</span><span>${dayOf(middle.day, 'short')}</span>
        <span>${dayOf(days.at(-1).day, 'short')}</span></p>
    </figure>
  `;
}
