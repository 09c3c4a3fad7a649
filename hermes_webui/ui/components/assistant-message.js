// A reply, while it streams and when it is whole: the same elements, so that nothing moves when it settles.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { unplaced } from '../state/asking.js';
import { costOf, isCut, partsOf } from '../state/joining.js';
import { pairs } from '../state/steps.js';
import { t } from '../words/words.js';
import { Act, Copy, Siblings, Time, Toolbar } from './actions.js';
import { Failure, Partial } from './aside.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Markdown } from './markdown.js';
import { Icon } from './icon.js';
import { MessageMenu, OtherModels, priceOf } from './message-menu.js';
import { Question } from './question.js';
import { Reasoning } from './reasoning.js';
import { ToolCard } from './tool-card.js';

export function AssistantMessage({ row }) {
  const { message, text, reasoning, tools } = row;
  const waits = row.open && !text && !reasoning;
  return html`
    <article class=${`reply ${row.live ? 'live' : ''}`} aria-label=${t('message.reply')} aria-busy=${row.open ? 'true' : 'false'}>
      ${noticesOf(row).map((words) => html`<p key=${words} class="line calm told" data-line="notice"><${Icon} name="info" /><span dir="auto">${words}</span></p>`)}
      ${row.open && html`<${Told} row=${row} kept />`}
      ${reasoning && html`<${Reasoning} text=${reasoning} live=${Boolean(row.open && row.thinking)} seconds=${message?.thought} />`}
      ${waits && html`<p class="waits"><${Progress} row=${row} words=${row.busy ? t('message.waits-tool') : ''} /></p>`}
      ${text && !onlyTheError(message, text) && html`<${Markdown} text=${text} live=${Boolean(row.open)} />`}
      ${pairs(tools).map(([call, result]) => html`<${ToolCard} key=${call.id} call=${call} result=${result} live=${row.live} nested=${pairs(row.nested)} />`)}
      ${row.open && html`<${Unplaced} />`}
      ${isCut(message) && row.last && !row.live && html`<${Partial} message=${message} />`}
      ${message?._error && html`<${Failure} error=${message.error ?? { message: text }} messageId=${message.id} unfinished=${row.unfinished} />`}
      ${row.last && html`<${Told} row=${row} /><${Foot} row=${row} />`}
    </article>
  `;
}

/** What was said beside the reply and is to be known later. */
const noticesOf = (row) => partsOf(row).flatMap((message) => message?.notices ?? []);

/** What is said beside the reply just now; what will be kept stands where its message will have it. */
function Told({ row, kept = false }) {
  const run = row.run_id ?? row.message?.run_id;
  const told = usePage().store.notices.value.filter((one) => one.run_id === run && one.kept === kept);
  return told.map(({ text }) => html`<p key=${text} class="line calm told" data-line="notice"><${Icon} name="info" /><span dir="auto">${text}</span></p>`);
}

/** Questions about no call that is shown stand where the reply goes on. */
function Unplaced() {
  const { store } = usePage();
  return unplaced(store.asked.value, store.standing.value.messages).map((question) => html`<${Question} key=${question.request_id} question=${question} />`);
}

/** A failed reply's message may hold what had arrived, or nothing but the sentence that its line says anyway. */
const onlyTheError = (message, text) => Boolean(message?._error) && (!message._partial || text.trim() === message.error?.message);

/** Always as high, whether it still writes or is done. */
function Foot({ row }) {
  const { messages } = usePage();
  const { message, head } = row;
  const again = () => {
    toComposer();
    messages.retry(message.id);
  };
  if (row.live) return html`<div class="meta">${row.text && html`<span class="writing"><${Progress} row=${row} words=${t('message.writing')} /></span>`}</div>`;
  return html`
    <div class="meta">
      <${Siblings} message=${head} />
      ${message && html`
        <${Toolbar}>
          <${Copy} text=${row.text} />
          <span class="split"><${Act} quick icon="retry" label=${t('message.again')} run=${again} /><${OtherModels} id=${message.id} /></span>
          <${MessageMenu} row=${row} />
        <//>
        <span class="facts-line"><${Time} at=${message.timestamp} />${message.model && html`<span>${message.model}</span>`}<${Cost} row=${row} /></span>`}
    </div>
  `;
}

const SILENCE_MS = 3000;

/** That it goes on, or what it waits for. */
function Progress({ row, words }) {
  const { absent, store } = usePage();
  const silent = useSilence(row.text.length + row.reasoning.length);
  if (store.asked.value.length || store.notices.value.some(({ early }) => early)) return null; // that says what is waited for
  if (absent.value) return html`<span>${t('message.waits-server')}</span>`;
  return html`<span class="pulse"></span>${silent && !row.busy ? t('message.waits-model') : words}`;
}

/** Has `size` not grown for a while? */
function useSilence(size) {
  const [silent, setSilent] = useState(null);
  useEffect(() => {
    const timer = setTimeout(() => setSilent(size), SILENCE_MS);
    return () => clearTimeout(timer);
  }, [size]);
  return silent === size;
}

function Cost({ row }) {
  const { output, cost } = costOf(row);
  return html`${output && html`<span>${t('message.tokens', { count: output })}</span>`}${cost && html`<span>${priceOf(cost)}</span>`}`;
}
