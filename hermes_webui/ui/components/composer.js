// Where one writes. At Enter the text goes into the outbox; the field is free for the next one at once.

import { useLayoutEffect, useEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { LONG_PASTE } from '../state/attachments.js';
import { composing, steerKeys } from '../state/commands.js';
import { sourceOf } from '../state/conversation.js';
import { t } from '../words/words.js';
import { AddMenu } from './add-menu.js';
import { ContextRing } from './context-ring.js';
import { DropZone } from './drop.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { late } from './late.js';
import { ModelChooser } from './model-chooser.js';
import { Queue } from './queue.js';
import { styled } from './styled.js';

const Tray = late(() => styled('composer-late', import('./tray.js')), 'default');
const Suggest = late(() => styled('composer-late', import('./suggest.js')), 'default');
const ModeChooser = late(() => styled('composer-late', import('./mode-chooser.js')), 'default');
const Plan = late(() => styled('agents', import('./plan.js')), 'default');
const Conflict = late(() => styled('composer-late', import('./conflict.js')), 'default');

/** Where the keyboard of a phone lies over the page instead of making it smaller (Safari), the page ends above it. */
function useKeyboardRoom() {
  useEffect(() => {
    const view = globalThis.visualViewport;
    const measure = () => {
      const covered = view.scale > 1 ? 0 : Math.max(innerHeight - view.height, 0); // zoomed in, it is no keyboard
      document.documentElement.style.setProperty('--keyboard', `${Math.round(covered)}px`);
      if (covered) scrollTo(0, 0);
    };
    view?.addEventListener('resize', measure);
    return () => view?.removeEventListener('resize', measure);
  }, []);
}

export function Composer() {
  useKeyboardRoom();
  const page = usePage();
  const { agents, store, drafting, sending, attaching, prompting, models } = page;
  const { prompts, plan } = store.standing.value;
  const text = drafting.text.value;
  const files = attaching.items.value;
  const locked = prompts.some(({ key }) => key === sending.direct.value);
  const ready = sendable(page) && !locked;
  const conflict = drafting.conflict.value;
  const offer = prompting.offer.value;
  /** What is in the field now, not what was drawn last: a second Enter must not send it again. */
  const send = (steer = false) => {
    const ok = sendable(page) && !locked && !sending.direct.peek();
    if (ok) sending.send(drafting.text.peek(), { steer: steer && models.canSteer.peek() });
    show(document.getElementById('composer'), drafting.text.peek());
  };
  return html`
    <form class=${`composer ${locked ? 'busy' : ''}`} onSubmit=${(event) => { event.preventDefault(); send(); }}>
      ${plan && html`<${Plan} />`}
      <${Queue} />
      <div class="composer-card">
        ${offer && html`<${Suggest} offer=${offer} />`}
        ${conflict !== null && html`<${Conflict} other=${conflict} />`}
        ${files.length > 0 && html`<${Tray} items=${files} />`}
        <${Field} text=${text} busy=${locked} send=${send} offered=${offer?.items.length} />
        <div class="composer-foot"><${AddMenu} /><${ModelChooser} />
          ${agents.modes.value.length > 0 && html`<${ModeChooser} />`}<${Refusal} text=${sending.refusal.value} />
          <${ContextRing} /><${Buttons} filled=${Boolean(text.trim() || files.length)} ready=${ready} /></div>
      </div>
      <${DropZone} />
    </form>
  `;
}

/** There is something to send, and all of it is in safe keeping. */
const sendable = ({ drafting, attaching }) =>
  Boolean(drafting.text.peek().trim() || attaching.items.peek().length) && attaching.ready;

function Field({ text, busy, send, offered }) {
  const page = usePage();
  const { store, drafting, router, prompting } = page;
  const field = useRef(null);
  const { run } = store.standing.value;
  const theirs = sourceOf(store.standing.value);
  useLayoutEffect(() => show(field.current, text), [text]);
  useEffect(() => {
    const taken = router.moves.value === 1 && document.activeElement !== document.body; // by a message that the address names
    if (!taken && matchMedia('(hover: hover)').matches) field.current.focus();
  }, [router.moves.value]);
  const typed = ({ target }) => {
    drafting.edit(target.value);
    prompting.look(target);
  };
  return html`
    <textarea ref=${field} id="composer" rows="1" dir="auto" aria-label=${t('composer.message')} readOnly=${busy}
      placeholder=${theirs ? t('composer.hermes', { source: theirs }) : run ? t('composer.write-next') : t('composer.write')} enterkeyhint=${sendsOnEnter(page) ? 'send' : 'enter'}
      aria-autocomplete="list" aria-controls=${offered ? 'suggestions' : undefined}
      aria-activedescendant=${offered ? `suggestion-${prompting.at.value}` : undefined}
      onInput=${typed} onClick=${({ target }) => prompting.look(target)} onBlur=${() => prompting.dismiss()} onPaste=${(event) => pasted(event, page)}
      onKeyDown=${(event) => pressed(event, page, send)}></textarea>
  `;
}

/** Stop while it answers; Send, which then means: queue. */
function Buttons({ filled, ready }) {
  const { store, reading, absent, preferences, commands, models } = usePage();
  const { run } = store.standing.value;
  const stoppable = run && !absent.value;
  const name = run ? t('composer.queue') : t('composer.send');
  const sendKey = preferences.of('sendKey').value;
  const steers = models.canSteer.value ? ` · ${commands.withKeys(t('palette.steer'), steerKeys(sendKey))}` : '';
  const title = commands.withKeys(name, sendKey === 'enter' ? 'Enter' : 'mod+Enter') + steers;
  const [stopped, setStopped] = useState(null);
  const stop = () => {
    toComposer();
    setStopped(run.run_id);
    reading.stop()?.then((answer) => { if (!answer) setStopped(null); });
  };
  const stopping = run && stopped === run.run_id;
  return html`
    ${stoppable && html`
      <button type="button" class=${`round stop ${stopping ? 'stopping' : ''}`} aria-label=${t('composer.stop')} title=${commands.withKeys(t('composer.stop'), 'Escape')}
        aria-busy=${stopping ? 'true' : 'false'} onClick=${stop}>
        <${Icon} name="stop" /></button>`}
    ${(!stoppable || filled) && html`
      <button type="submit" class="round send" aria-label=${name} title=${title} disabled=${!ready}>
        <${Icon} name="send" />
      </button>`}
  `;
}

/** As high as its text, up to a limit that the style sheet sets. */
function show(field, text) {
  if (field.value !== text) field.value = text;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}

const sendsOnEnter = ({ preferences }) => preferences.of('sendKey').value === 'enter';

function pressed(event, page, send) {
  if (composing(event) || page.prompting.pressed(event)) return;
  const { key } = event;
  const mod = event.metaKey || event.ctrlKey;
  if (key === 'Enter' && mod && event.shiftKey !== sendsOnEnter(page)) {
    event.preventDefault();
    send(true);
  } else if (key === 'Enter' && !event.shiftKey && (mod || sendsOnEnter(page))) {
    event.preventDefault();
    send();
  } else if (key === 'Tab' && !event.shiftKey && page.prompting.toNextPlace(event.target)) {
    event.preventDefault();
  } else if (key === 'Escape') {
    event.stopPropagation();
    page.reading.stop();
  } else if ((key === 'ArrowUp' || key === 'ArrowDown') && !mod && !event.altKey && !event.shiftKey) recall(event, page);
}

/** ↑ where nothing was typed: the last prompts. */
function recall(event, { recall: past, drafting }) {
  const found = past.step(event.key === 'ArrowUp' ? 1 : -1);
  if (found === null) return;
  event.preventDefault();
  drafting.edit(found);
  show(event.target, found);
  event.target.setSelectionRange(found.length, found.length);
}

/** Files are attached; a text as long as a document becomes one, and can be taken back into the field. */
function pasted(event, { attaching, drafting, toasts }) {
  const { files } = event.clipboardData;
  const text = event.clipboardData.getData('text/plain');
  if (files.length && !text) {
    event.preventDefault();
    attaching.add(files);
  } else if (text.length > LONG_PASTE) {
    event.preventDefault();
    const { selectionStart: from, selectionEnd: to } = event.target;
    const [key] = attaching.add([new File([text], t('composer.pasted-text'), { type: 'text/plain' })]);
    if (key) toasts.add(t('composer.long-paste'), { name: t('composer.into-field'), run: () => inline(key, text, from, to, attaching, drafting) });
  }
}

function inline(key, text, from, to, attaching, drafting) {
  const typed = drafting.text.peek();
  attaching.remove(key);
  drafting.edit(typed.slice(0, from) + text + typed.slice(to));
  toComposer();
}

const Refusal = ({ text }) => html`<span class="refusal" role="alert">${text && t('composer.not-sent', { why: text })}</span>`;
