// A prompt: its text, where it is (in this browser, on disk, being answered), and its editor.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { newKey } from '../page/keys.js';
import { composing } from '../state/commands.js';
import { t } from '../words/words.js';
import { Act, Copy, Siblings, Time, Toolbar } from './actions.js';
import { Files } from './files.js';
import { fit } from './fitting.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { MessageMenu } from './message-menu.js';

export function UserMessage({ row }) {
  const { storage } = usePage();
  const { message } = row;
  const kept = message ? storage.get(`edit.${message.id}`) : null;
  const [editing, setEditing] = useState(kept !== null);
  if (editing && message) return html`<${Editor} row=${row} text=${kept ?? row.text} done=${() => setEditing(false)} />`;
  return html`
    <article class="prompt" aria-label=${t('message.you')}>
      <${Files} files=${message?.attachments ?? row.prompt?.files} />
      ${row.text && html`<${Bubble} text=${row.text} id=${message?.id} />`}
      <div class="meta">
        ${message && html`
          <span class="facts-line"><${Time} at=${message.timestamp} />${row.steered && html`<span>${t('message.steered')}</span>`}</span>
          <${Toolbar}>
            <${Copy} text=${row.text} />
            <${Act} quick icon="edit" label=${t('message.edit')} run=${() => setEditing(true)} />
            <${MessageMenu} row=${row} edit=${() => setEditing(true)} />
          <//>
          <${Siblings} message=${message} />`}
        <${Stage} row=${row} />
      </div>
    </article>
  `;
}

/** Where a prompt is, in words that a glance takes in; the title says what that means. */
const STAGES = {
  sending: () => ['clock', t('message.sending'), t('message.sending-hint')],
  waiting: () => ['clock', t('message.waiting'), ''],
  saved: () => ['disk', t('message.saved'), t('message.saved-hint')],
  answering: () => ['disk', t('message.answering'), t('message.answering-hint')],
  absent: () => ['clock', t('message.answering-absent'), t('message.saved-hint')],
};
const LONG = 4000;
const SHOWN = 1000;

/** A huge prompt is folded: what was pasted is seldom read again, unless a search leads to it. */
function Bubble({ text, id }) {
  const { sought } = usePage().places;
  const isSought = Boolean(id) && sought.value?.id === id;
  const [whole, setWhole] = useState(isSought);
  useLayoutEffect(() => { if (isSought) setWhole(true); }, [isSought]);
  if (text.length <= LONG) return html`<div class="bubble" dir="auto">${text}</div>`;
  const start = text.slice(0, SHOWN).replace(/[\ud800-\udbff]$/, '');
  return html`
    <div class="bubble" dir="auto">${whole ? text : `${start}…`}
      <button type="button" class="link more-text" aria-expanded=${whole ? 'true' : 'false'} onClick=${() => setWhole(!whole)}>
        ${whole ? t('message.less') : t('message.characters', { count: text.length })}</button></div>
  `;
}

function Stage({ row }) {
  const { sending, absent } = usePage();
  const state = row.state === 'answering' && absent.value ? 'absent' : row.state;
  const [icon, words, hint] = STAGES[state]?.() ?? [];
  const takeBack = () => {
    sending.takeBack(row.prompt.key);
    toComposer();
  };
  if (!words) return null;
  return html`
    <span class=${`stage ${state}`} data-stage=${state} title=${row.prompt?.error ?? hint}><${Icon} name=${icon} />${words}</span>
    ${row.state === 'waiting' && html`
      <button type="button" class="link" onClick=${takeBack}>${t('message.take-back')}</button>`}
  `;
}

/** The editor closes when the new version is on disk; what was typed is kept until then. */
function Editor({ row, text, done }) {
  const { storage, store } = usePage();
  const running = Boolean(store.standing.value.run);
  const field = useRef(null);
  const name = `edit.${row.message.id}`;
  const close = () => {
    storage.remove(name);
    done();
    toComposer();
  };
  const [busy, send] = useSender(row.message.id, field, close);
  useLayoutEffect(() => focusAtEnd(field.current), []);
  const input = () => { storage.set(name, field.current.value); fit(field.current); };
  return html`
    <form class="editor" onSubmit=${(event) => { event.preventDefault(); send(); }}>
      <textarea ref=${field} rows="1" aria-label=${t('message.edit-label')} defaultValue=${text} readOnly=${busy} dir="auto"
        onInput=${input} onKeyDown=${(event) => editorKey(event, send, close)}></textarea>
      <div class="editor-foot"><span>${t(running ? 'message.edit-running' : 'message.edit-note')}</span>
        <button type="button" class="secondary" onClick=${close}>${t('message.cancel')}</button>
        <button type="submit" class="primary" disabled=${busy}>
          ${t(busy ? 'message.saving' : running ? 'message.stop-and-send' : 'message.send')}</button></div>
    </form>
  `;
}

/** Sends under one key however often the same words are tried; other words are another version, and no answer to the first
 * may be taken for theirs. A reply that is being written is stopped first, as the button says. */
function useSender(messageId, field, close) {
  const { reading, store } = usePage();
  const tried = useRef({ text: null, key: '' });
  const [busy, setBusy] = useState(false);
  const send = async () => {
    const text = field.current.value;
    if (busy || !text.trim()) return;
    setBusy(true);
    if (tried.current.text !== text) tried.current = { text, key: newKey() };
    if (store.conversation.peek().run) await reading.stop();
    if (await reading.edit(messageId, text, tried.current.key)) close();
    else setBusy(false);
  };
  return [busy, send];
}

function focusAtEnd(field) {
  fit(field);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

function editorKey(event, send, close) {
  if (composing(event)) return;
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault();
    send();
  } else if (event.key === 'Escape') {
    event.stopPropagation();
    close();
  }
}
