// What this is, where it keeps what, how well it is, whose work it builds on.

import { useEffect } from 'preact/hooks';
import { locale, t } from '../../words/words.js';
import { html } from '../html.js';
import { Closed } from './closed.js';

export function About({ server }) {
  useEffect(() => { server.loadAbout(); }, []);
  const about = server.about.value;
  if (!about) return html`<${Closed} server=${{ error: server.error, load: () => server.loadAbout() }} />`;
  return html`
    <dl class="about">
      <${Row} name=${t('settings.version')}>Hermes WebUI ${about.version} · Python ${about.python}<//>
      <${Row} name=${t('settings.place')}><code dir="ltr">${about.state}</code><//>
      <${Row} name=${t('settings.data-size')}>${sizeOf(about.size.bytes)} · ${t('settings.files', { count: about.size.files })}<//>
      <${Row} name=${t('settings.kept')}>${t('settings.conversations', { count: about.sessions })}<//>
      <${Row} name=${t('settings.health')}>${healthOf(about.health).map((line) => html`<span key=${line}>${line}</span>`)}<//>
    </dl>
    <p><a href="/api/docs" target="_blank" rel="noopener">${t('settings.api')}</a></p>
    <${Licences} of=${about.licences} />
  `;
}

const Row = ({ name, children }) => html`<div><dt>${name}</dt><dd>${children}</dd></div>`;

function healthOf({ writable, recovered, damaged, quarantined }) {
  return [
    writable ? t('settings.writable') : t('settings.read-only'),
    recovered && t('settings.recovered', { count: recovered }),
    damaged && t('settings.damaged', { count: damaged }),
    quarantined && t('settings.quarantined', { count: quarantined }),
  ].filter(Boolean);
}

function sizeOf(bytes) {
  const at = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 4);
  const unit = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'][at];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(bytes / 1000 ** at);
}

const Licences = ({ of }) => html`
  <details class="licences"><summary>${t('settings.licences', { count: of.length })}</summary>
    <ul>${of.map(({ name, version, licence }) => html`<li key=${name}><span>${name} ${version}</span><span class="hint">${licence}</span></li>`)}</ul>
  </details>
`;
