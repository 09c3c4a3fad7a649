// Where one writes. At Enter the text goes into the outbox; the field is free for the next one at once.

import { useLayoutEffect, useEffect, useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { ModelChooser } from './model-chooser.js';
import { Queue } from './queue.js';

export function Composer() {
  const { store, drafting, sending } = usePage();
  const { prompts, loaded } = store.conversation.value;
  const text = drafting.text.value;
  const locked = prompts.some(({ key }) => key === sending.direct.value);
  const ready = Boolean(text.trim()) && !locked && loaded;
  /** What is in the field now, not what was drawn last: a second Enter must not send it again. */
  const send = () => {
    const content = drafting.text.peek();
    if (content.trim() && !locked && loaded && !sending.direct.peek()) sending.send(content);
    show(document.getElementById('composer'), drafting.text.peek());
  };
  return html`
    <form class=${`composer ${locked ? 'busy' : ''}`} onSubmit=${(event) => { event.preventDefault(); send(); }}>
      <${Queue} /><${Conflict} />
      <div class="composer-card">
        <${Field} text=${text} busy=${locked} send=${send} />
        <div class="composer-foot"><${ModelChooser} /><${Refusal} text=${sending.refusal.value} /><${Buttons} text=${text} ready=${ready} /></div>
      </div>
    </form>
  `;
}

function Field({ text, busy, send }) {
  const { store, drafting, reading, router } = usePage();
  const field = useRef(null);
  const { run } = store.conversation.value;
  useLayoutEffect(() => show(field.current, text), [text]);
  useEffect(() => { if (matchMedia('(hover: hover)').matches) field.current.focus(); }, [router.moves.value]);
  return html`
    <textarea ref=${field} id="composer" rows="1" dir="auto" aria-label="Message" readOnly=${busy}
      placeholder=${run ? 'Next message; it will be queued' : 'Write a message'}
      onInput=${({ target }) => drafting.edit(target.value)}
      onKeyDown=${(event) => pressed(event, send, () => reading.stop())}></textarea>
  `;
}

/** Stop while it answers; Send, which then means: queue. */
function Buttons({ text, ready }) {
  const { store, reading, absent } = usePage();
  const { run } = store.conversation.value;
  const stoppable = run && !absent.value;
  const name = run ? 'Queue' : 'Send';
  const stop = () => {
    toComposer();
    reading.stop();
  };
  return html`
    ${stoppable && html`
      <button type="button" class="round stop" aria-label="Stop" title="Stop (Esc)" onClick=${stop}><${Icon} name="stop" /></button>`}
    ${(!stoppable || text.trim()) && html`
      <button type="submit" class="round send" aria-label=${name} title=${`${name} (Enter)`} disabled=${!ready}>
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

function pressed(event, send, stop) {
  if (event.isComposing) return;
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault();
    send();
  } else if (event.key === 'Escape') {
    event.stopPropagation();
    stop();
  }
}

const Refusal = ({ text }) => html`<span class="refusal" role="alert">${text && `Not sent: ${text}`}</span>`;

function Conflict() {
  const { drafting } = usePage();
  if (drafting.conflict.value === null) return null;
  return html`
    <p class="conflict">Another tab or device wrote a different draft: “${drafting.conflict.value.slice(0, 60)}”
      <button type="button" class="link" onClick=${() => drafting.takeOther()}>Use that one</button>
      <button type="button" class="link" onClick=${() => drafting.keepMine()}>Keep this one</button>
    </p>
  `;
}
