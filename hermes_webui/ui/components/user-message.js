// A prompt: its text, where it is (in this browser, on disk, being answered), and its editor.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { newKey } from '../page/keys.js';
import { Act, Copy, Siblings, Time } from './actions.js';
import { Files } from './files.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function UserMessage({ row }) {
  const { storage } = usePage();
  const { message } = row;
  const kept = message ? storage.get(`edit.${message.id}`) : null;
  const [editing, setEditing] = useState(kept !== null);
  if (editing && message) return html`<${Editor} row=${row} text=${kept ?? row.text} done=${() => setEditing(false)} />`;
  return html`
    <article class="prompt" aria-label="You">
      <${Files} files=${message?.attachments ?? row.prompt?.files} />
      ${row.text && html`<${Bubble} text=${row.text} />`}
      <div class="meta">
        ${message && html`
          <${Siblings} message=${message} />
          <span class="acts"><${Time} at=${message.timestamp} /><${Copy} text=${row.text} />
            <${Act} icon="edit" label="Edit" run=${() => setEditing(true)} /></span>`}
        <${Stage} row=${row} />
      </div>
    </article>
  `;
}

const STAGES = {
  sending: ['clock', 'Sending…'],
  waiting: ['clock', 'Kept in this browser; sent as soon as the server answers'],
  saved: ['check', 'Saved'],
  answering: ['check', 'Saved · answering'],
  absent: ['clock', 'Saved · waiting for the server'],
};
const LONG = 4000;
const SHOWN = 1000;

/** A huge prompt is folded: what was pasted is seldom read again. */
function Bubble({ text }) {
  const [whole, setWhole] = useState(false);
  if (text.length <= LONG) return html`<div class="bubble" dir="auto">${text}</div>`;
  const start = text.slice(0, SHOWN).replace(/[\ud800-\udbff]$/, '');
  return html`
    <div class="bubble" dir="auto">${whole ? text : `${start}…`}
      <button type="button" class="link more-text" aria-expanded=${whole ? 'true' : 'false'} onClick=${() => setWhole(!whole)}>
        ${whole ? 'Show less' : `Show all (${text.length.toLocaleString()} characters)`}</button></div>
  `;
}

function Stage({ row }) {
  const { sending, absent } = usePage();
  const state = row.state === 'answering' && absent.value ? 'absent' : row.state;
  const [icon, words] = STAGES[state] ?? [];
  const takeBack = () => {
    sending.takeBack(row.prompt.key);
    toComposer();
  };
  if (!words) return null;
  return html`
    <span class=${`stage ${state}`} data-stage=${state} title=${row.prompt?.error ?? ''}><${Icon} name=${icon} />${words}</span>
    ${row.state === 'waiting' && html`
      <button type="button" class="link" onClick=${takeBack}>Take back</button>`}
  `;
}

/** The editor closes when the new version is on disk; what was typed is kept until then. */
function Editor({ row, text, done }) {
  const { storage } = usePage();
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
      <textarea ref=${field} rows="1" aria-label="Edit the prompt" defaultValue=${text} readOnly=${busy} dir="auto"
        onInput=${input} onKeyDown=${(event) => editorKey(event, send, close)}></textarea>
      <div class="editor-foot"><span>The first version stays: arrows lead back to it.</span>
        <button type="button" class="secondary" onClick=${close}>Cancel</button>
        <button type="submit" class="primary" disabled=${busy}>${busy ? 'Saving…' : 'Send'}</button></div>
    </form>
  `;
}

/** Sends under one key however often it is tried. */
function useSender(messageId, field, close) {
  const { reading } = usePage();
  const key = useRef(newKey());
  const [busy, setBusy] = useState(false);
  const send = async () => {
    if (busy || !field.current.value.trim()) return;
    setBusy(true);
    if (await reading.edit(messageId, field.current.value, key.current)) close();
    else setBusy(false);
  };
  return [busy, send];
}

function focusAtEnd(field) {
  fit(field);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

function fit(field) {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
}

function editorKey(event, send, close) {
  if (event.isComposing) return;
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault();
    send();
  } else if (event.key === 'Escape') {
    event.stopPropagation();
    close();
  }
}
