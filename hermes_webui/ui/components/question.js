// What an agent asks, as a card: may it make this call, which of these, a word, a form. It does not take the focus.

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { KEYS } from '../page/answering.js';
import { t } from '../words/words.js';
import { duration } from './elapsed.js';
import { toReading } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Patch } from './patch.js';
import { FormAnswer, TextAnswer } from './question-form.js';

export function Question({ question }) {
  const { answering } = usePage();
  const { request_id, kind, title, deadline } = question;
  const name = useId();
  const card = useCard(request_id);
  const fault = answering.fault.value;
  const sending = answering.sending.value?.request_id === request_id;
  const Answers = answersOf(question);
  return html`
    <section ref=${card} class=${`ask ask-${kind}`} tabindex="-1" data-question=${request_id} role="group" aria-labelledby=${name} aria-busy=${sending ? 'true' : 'false'}>
      <header class="ask-head"><${Icon} name=${kind === 'permission' ? 'lock' : 'question'} />
        <p class="ask-title" id=${name} dir="auto">${title}</p>${deadline && html`<${Countdown} deadline=${deadline} />`}</header>
      ${question.call && kind === 'permission' && html`<${About} call=${question.call} />`}
      <${Answers} question=${question} sending=${sending} />
      ${fault?.request_id === request_id && html`<p class="ask-fault" role="alert">${fault.text}</p>`}
    </section>
  `;
}

function answersOf({ kind, options }) {
  if (kind === 'form') return FormAnswer;
  return kind === 'question' && !options.length ? TextAnswer : Options;
}

/** Whether its answers can be seen is noted: keys and the bar go by that. A focus in it does not get lost with it. */
function useCard(request_id) {
  const { answering } = usePage();
  const card = useRef(null);
  useEffect(() => {
    const element = card.current;
    const watcher = new IntersectionObserver(([entry]) => answering.sees(request_id, entry.isIntersecting), { threshold: 0.6 });
    watcher.observe(element.querySelector('.ask-acts'));
    return () => {
      watcher.disconnect();
      answering.sees(request_id, false);
      if (element.contains(document.activeElement)) toReading();
    };
  }, [request_id]);
  return card;
}

/** What would be done, where, and what there is to say against it. */
function About({ call: { kind, subject, patch, risk, cwd, name } }) {
  return html`
    <div class="ask-about">
      ${patch ? html`<${Patch} path=${subject || name} patch=${patch} />`
        : subject && html`<pre class=${`ask-subject ${kind}`} tabindex="0" dir="ltr">${subject}</pre>`}
      ${cwd && html`<p class="ask-where"><${Icon} name="folder" /><span class="away">${t('agents.where')}</span><code dir="ltr">${cwd}</code></p>`}
      ${risk && html`<p class="ask-risk"><${Icon} name="alert" /><span dir="auto">${risk}</span></p>`}
    </div>
  `;
}

/** The words of an engine of ours are said in the reader's language; an agent's own stay. */
const OURS = { Allow: 'allow_once', 'Allow in this session': 'allow_session', 'Always allow': 'allow_always', Deny: 'reject_once' };
const labelOf = ({ label, kind }) => (kind && OURS[label] === kind ? t(`agents.option-${kind}`) : label);
const RANK = { allow_once: 0, allow_session: 1, allow_always: 2, other: 3, reject_once: 4, reject_always: 5 };

function Options({ question, sending }) {
  const { answering } = usePage();
  const permission = question.kind === 'permission';
  const options = permission ? [...question.options].sort((one, other) => RANK[one.kind ?? 'other'] - RANK[other.kind ?? 'other']) : question.options;
  const grant = options.find((option) => option.grant)?.grant;
  return html`
    <div class="ask-acts">
      ${options.map((option) => html`<${Answer} key=${option.id} option=${option} question=${question} sending=${sending}
        keys=${permission && answering.first === question && only(options, option) ? KEYS[option.kind] : null} />`)}
    </div>
    ${permission && grant && html`<p class="ask-grant">${t('agents.grant')} <code dir="ltr">${grant}</code></p>`}
  `;
}

const only = (options, { kind }) => options.filter((option) => option.kind === kind).length === 1;

/** What is on its way stays in the order of the Tab key: a disabled button would lose the focus. */
function Answer({ option, question, sending, keys }) {
  const { answering, commands } = usePage();
  const { kind = 'other' } = option;
  const chosen = sending && answering.sending.value.choice === option.id;
  return html`
    <button type="button" class=${`answer ${kind === 'allow_once' ? 'primary' : 'secondary'} ${kind}`} aria-disabled=${sending ? 'true' : undefined}
      aria-keyshortcuts=${commands.aria(keys, keys && commands.inText(keys))} onClick=${() => answering.answer(question, option.id)}>
      ${chosen && html`<span class="pulse"></span>`}<span dir="auto">${labelOf(option)}</span>${keys && html`<${Cap} keys=${keys} />`}
    </button>
  `;
}

/** What answers by key: the letter; where one writes, its chord. Both have the same room, so that nothing moves. */
function Cap({ keys }) {
  const { commands } = usePage();
  return html`<kbd aria-hidden="true"><span class="reading">${commands.names(keys)}</span><span class="writing">${commands.written(commands.inText(keys))}</span></kbd>`;
}

/** Until it is denied by itself. */
function Countdown({ deadline }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(Math.ceil(deadline - now / 1000), 0);
  return html`<span class=${`ask-left ${left <= 15 ? 'soon' : ''}`} role="timer"><${Icon} name="clock" />${t('agents.denied-in', { time: duration(left) })}</span>`;
}
