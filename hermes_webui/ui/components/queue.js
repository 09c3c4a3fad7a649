// Prompts that wait for the reply to end: reworded, moved, taken back, or given to it at its next step, in every tab at once.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { composing } from '../state/commands.js';
import { listed, t } from '../words/words.js';
import { fit } from './fitting.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const NAMED = 40;

export function Queue() {
  const { store, reading } = usePage();
  const { queue, held, lastRun } = store.standing.value;
  const [dragged, setDragged] = useState(null);
  if (!queue.length) return null;
  return html`
    <div class="queue" role="group" aria-label=${t('message.queue')}>
      <p>${held ? heldWords(lastRun, queue) : t('message.queue-next', { count: queue.length })}
        ${held && html`<button type="button" class="link" onClick=${() => reading.resume()}>${t('message.queue-now')}</button>`}</p>
      <ul>${queue.map((item, at) => html`
        <${Waiting} key=${item.queue_id} item=${item} queue=${queue} at=${at} dragged=${dragged} drag=${setDragged} />`)}
      </ul>
    </div>
  `;
}

const heldWords = (lastRun, { length: count }) =>
  lastRun?.state === 'cancelled' ? t('message.queue-stopped', { count }) : t('message.queue-held');

function Waiting({ item, queue, at, dragged, drag }) {
  const { messages, models } = usePage();
  const [editing, setEditing] = useState(false);
  /** By one place; the focus stays on the control that was used. */
  const move = (step) => {
    if (!queue[at + step]) return;
    messages.requeue(item.queue_id, 'move', { before: queue[step < 0 ? at - 1 : at + 2]?.queue_id });
  };
  const keys = (event) => {
    const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
    if (!step) return;
    event.preventDefault();
    move(step);
  };
  if (editing) return html`<li><${Rewording} item=${item} done=${() => setEditing(false)} /></li>`;
  return html`
    <li class=${dragged === item.queue_id ? 'dragged' : ''} onKeyDown=${keys} ...${dragging(item, queue, dragged, drag, messages)}>
      <button type="button" class="waiting-text" dir="auto" title=${t('message.queue-hint')}
        aria-label=${t('message.queue-edit', { text: item.content.slice(0, NAMED) })} onClick=${() => setEditing(true)}>${item.files && html`<${Icon} name="attach" />`}${item.content || listed(item.files ?? [])}</button>
      ${models.canSteer.value && html`
        <button type="button" class="quiet steer" aria-label=${t('message.steer')} title=${t('message.steer')} aria-pressed=${item.steered ? 'true' : 'false'}
          onClick=${() => messages.steer(item.queue_id, !item.steered)}><${Icon} name="steer" /></button>`}
      ${queue.length > 1 && html`
        <${Move} icon="sooner" label=${t('message.queue-up')} off=${at === 0} run=${() => move(-1)} />
        <${Move} icon="expand" label=${t('message.queue-down')} off=${at === queue.length - 1} run=${() => move(1)} />`}
      <button type="button" class="quiet" aria-label=${t('message.queue-remove', { text: item.content.slice(0, NAMED) })}
        onClick=${() => { toComposer(); messages.requeue(item.queue_id, 'remove'); }}><${Icon} name="close" /></button>
      ${item.steered && html`<p class="steered">${t('message.steer-on')}</p>`}
    </li>
  `;
}

const Move = ({ icon, label, off, run }) => html`
  <button type="button" class="quiet move" aria-label=${label} title=${label} aria-disabled=${off ? 'true' : undefined} onClick=${run}>
    <${Icon} name=${icon} /></button>
`;

/** Dropped on another one it takes its place: before it when it comes from below, after it when from above. */
const dragging = (item, queue, dragged, drag, messages) => ({
  draggable: queue.length > 1,
  onDragStart: (event) => {
    event.dataTransfer.effectAllowed = 'move';
    drag(item.queue_id);
  },
  onDragEnd: () => drag(null),
  onDragOver: (event) => { if (dragged) event.preventDefault(); },
  onDrop: (event) => {
    event.preventDefault();
    const [from, to] = [dragged, item.queue_id].map((id) => queue.findIndex((one) => one.queue_id === id));
    drag(null);
    if (from >= 0 && from !== to) messages.requeue(dragged, 'move', { before: queue[from > to ? to : to + 1]?.queue_id });
  },
});

/** What is typed is not lost where its turn comes meanwhile, or the page goes: it goes on in the composer. */
function Rewording({ item, done }) {
  const { messages, store } = usePage();
  const field = useRef(null);
  const settled = useRef(false);
  const { sessionId } = store.conversation.peek();
  const leave = () => {
    settled.current = true;
    done();
    toComposer();
  };
  const save = async () => {
    const text = field.current.value;
    if (!text.trim()) return;
    if (text === item.content || (await messages.requeue(item.queue_id, 'edit', { message: text }))) leave();
  };
  useLayoutEffect(() => { fit(field.current); field.current.focus(); field.current.setSelectionRange(1e9, 1e9); }, []);
  useEffect(() => {
    const typed = field.current;
    const keep = () => {
      if (!settled.current && typed.value !== item.content) messages.keep(sessionId, typed.value);
      settled.current = true;
    };
    addEventListener('pagehide', keep);
    return () => {
      removeEventListener('pagehide', keep);
      keep();
    };
  }, []);
  return html`
    <textarea ref=${field} class="rewording" rows="1" dir="auto" aria-label=${t('message.queue-field')} defaultValue=${item.content}
      onInput=${() => fit(field.current)} onKeyDown=${(event) => pressed(event, save, leave)}></textarea>
    <button type="button" class="quiet" aria-label=${t('message.queue-save')} title=${t('message.queue-save')} onClick=${save}>
      <${Icon} name="check" /></button>
    <button type="button" class="quiet" aria-label=${t('message.cancel')} title=${t('message.cancel')} onClick=${leave}><${Icon} name="close" /></button>
  `;
}

function pressed(event, save, leave) {
  if (composing(event)) return;
  event.stopPropagation();
  if (event.key === 'Escape') leave();
  if (event.key !== 'Enter' || event.shiftKey) return;
  event.preventDefault();
  save();
}
