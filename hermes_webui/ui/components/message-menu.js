// The menu of a message: all that can be done with it, and what is known of it.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { costOf, partsOf } from '../state/joining.js';
import { locale, t } from '../words/words.js';
import { fullDate } from './actions.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Popover } from './popover.js';

export function MessageMenu({ row, edit }) {
  return html`
    <${Popover} label=${t('message.more')} className="act" menuClass="message-menu" face=${html`<${Icon} name="more" />`}>
      ${(close) => html`<${Entries} row=${row} edit=${edit} close=${close} />`}
    <//>
  `;
}

/** Beside “Answer again”: who else could. */
export function OtherModels({ id }) {
  return html`
    <${Popover} label=${t('message.another-model')} className="act quick narrow" menuClass="models" face=${html`<${Icon} name="expand" />`}>
      ${(close) => html`<${Models} id=${id} close=${close} />`}
    <//>
  `;
}

function Entries({ row, edit, close }) {
  const { messages } = usePage();
  const [models, setModels] = useState(false);
  if (models) return html`<${Models} id=${row.message.id} close=${close} />`;
  const run = (work) => () => { close(); work(); };
  const entries = [...textEntries(messages, row), ...treeEntries(messages, row, edit)];
  return html`
    ${entries.map(([icon, label, work]) => html`
      <button type="button" role="menuitem" tabindex="-1" key=${label} onClick=${work === MODELS ? () => setModels(true) : run(work)}>
        <${Icon} name=${icon} /><span>${label}</span></button>`)}
    <${Facts} row=${row} />
  `;
}

const MODELS = Symbol('models');

const textEntries = (messages, row) => [
  ['copy', t('message.copy-markdown'), () => messages.copy(row.text)],
  row.kind === 'assistant' && ['text', t('message.copy-text'), () => copyPlain(messages, row)],
  ['link', t('message.copy-link'), () => messages.copyLink(row.message.id)],
  ['quote', t('message.quote'), () => messages.quote(row.text)],
].filter(Boolean);

/** What moves the end of the path waits for the end of the reply that is being written. */
function treeEntries(messages, row, edit) {
  const { message, head, unfinished } = row;
  const { idle } = messages;
  const reply = row.kind === 'assistant';
  return [
    edit && ['edit', t('message.edit'), edit],
    idle && unfinished && ['continue', t('message.continue'), () => messages.carryOn(unfinished)],
    idle && reply && ['retry', t('message.again'), () => { toComposer(); messages.retry(message.id); }],
    idle && reply && ['model', t('message.again-with'), MODELS],
    ['fork', t('message.fork'), () => messages.fork(message.id)],
    idle && ['trash', t('message.delete'), () => { toComposer(); messages.cutBefore(head ?? partsOf(row)[0]); }],
  ].filter(Boolean);
}

async function copyPlain(messages, row) {
  const { plainText } = await import('../render/plain.js');
  const drawn = [...document.querySelectorAll('.row')].find((one) => one.dataset.id === row.message.id)?.querySelector('.markdown');
  messages.copy(drawn ? plainText(drawn) : row.text);
}

/** The models that are ready, the one that answers now first. */
function Models({ id, close }) {
  const { messages, models } = usePage();
  const list = useRef(null);
  useLayoutEffect(() => { list.current.querySelector('button')?.focus(); }, []);
  const now = models.choice.value;
  const all = models.providers.value.filter((one) => one.ready).flatMap((provider) =>
    (provider.models ?? []).map((model) => ({ provider, model, current: now?.model === model.id && now?.model_provider === provider.id })));
  const answer = ({ provider, model }) => {
    close();
    toComposer();
    messages.retry(id, { engine: provider.engine, model_provider: provider.id, model: model.id });
  };
  return html`
    <div ref=${list}>${all.sort((one, other) => other.current - one.current).map((entry) => html`
      <button type="button" role="menuitem" tabindex="-1" key=${`${entry.provider.id}/${entry.model.id}`} onClick=${() => answer(entry)}>
        <span class="model-name">${entry.model.name || entry.model.id}</span>
        <span class="model-size">${entry.current ? t('message.current') : entry.provider.name}</span></button>`)}</div>
  `;
}

/** Date, model, tokens, price and pace: what the foot has no room for. */
function Facts({ row }) {
  const { message } = row;
  const { input, output, cost, duration, rate } = costOf(row);
  const facts = [
    message.model, input && t('message.input', { count: input }), output && t('message.output', { count: output }),
    cost && priceOf(cost), duration && t('message.seconds', { seconds: short(duration) }), rate && t('message.rate', { rate: short(rate) }),
  ];
  return html`<p class="facts">${message.timestamp && fullDate(message.timestamp)}<br />${facts.filter(Boolean).join(' · ')}</p>`;
}

const short = (number) => number.toLocaleString(locale(), { maximumSignificantDigits: 2 });

/** In US dollars; of small sums, two figures. */
export function priceOf(cost) {
  const digits = cost < 1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 };
  return cost.toLocaleString(locale(), { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', ...digits });
}
