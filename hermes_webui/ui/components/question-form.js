// Answers that are written: a word to a question, the fields of a form.

import { useId, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { fieldsOf, read } from '../state/forms.js';
import { t } from '../words/words.js';
import { html } from './html.js';

export function TextAnswer({ question, sending }) {
  const { answering } = usePage();
  const field = useRef(null);
  const submit = (event) => {
    event.preventDefault();
    const text = field.current.value.trim();
    if (text) answering.answer(question, text);
    else field.current.focus();
  };
  return html`
    <form class="ask-form" onSubmit=${submit}>
      <textarea ref=${field} class="field" rows="2" dir="auto" aria-label=${question.title} placeholder=${t('agents.your-answer')}
        onKeyDown=${(event) => sendsOn(event) && submit(event)}></textarea>
      <div class="ask-acts"><button type="submit" class="answer primary" aria-disabled=${sending ? 'true' : undefined}>${t('agents.answer')}</button></div>
    </form>
  `;
}

const sendsOn = ({ key, ctrlKey, metaKey }) => key === 'Enter' && (ctrlKey || metaKey);

const declines = ({ kind }) => kind === 'reject_once' || kind === 'reject_always';

export function FormAnswer({ question, sending }) {
  const { answering } = usePage();
  const form = useRef(null);
  const [faults, setFaults] = useState({});
  const fields = fieldsOf(question.schema);
  const accept = question.options.find((option) => !declines(option))?.id ?? '';
  const submit = (event) => {
    event.preventDefault();
    const found = read(fields, typedIn(form.current, fields));
    setFaults(found.faults);
    const [wrong] = Object.keys(found.faults);
    if (wrong) form.current.elements.namedItem(wrong).focus();
    else answering.answer(question, accept, found.values);
  };
  return html`
    <form ref=${form} class="ask-form" noValidate onSubmit=${submit}>
      ${fields.map((field) => html`<${Field} key=${field.name} field=${field} fault=${faults[field.name]} />`)}
      <div class="ask-acts">
        <button type="submit" class="answer primary" aria-disabled=${sending ? 'true' : undefined}>${t('agents.send-form')}</button>
        ${question.options.filter(declines).map((option) => html`
          <button key=${option.id} type="button" class="answer secondary" aria-disabled=${sending ? 'true' : undefined}
            onClick=${() => answering.answer(question, option.id)}>${option.label}</button>`)}
      </div>
    </form>
  `;
}

function typedIn(form, fields) {
  const one = ({ name, kind }) => (kind === 'switch' ? form.elements.namedItem(name).checked : form.elements.namedItem(name).value);
  return Object.fromEntries(fields.map((field) => [field.name, one(field)]));
}

function Field({ field, fault }) {
  const id = useId();
  const { title, hint, required, kind } = field;
  const said = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ') || undefined;
  const control = { id, name: field.name, required, 'aria-describedby': said, 'aria-invalid': fault ? 'true' : undefined };
  const words = html`${title}${required && html`<span class="ask-required" aria-hidden="true">*</span>`}`;
  if (kind === 'switch') {
    return html`<label class="ask-switch" for=${id}><input ...${control} required=${false} type="checkbox" defaultChecked=${Boolean(field.value)} />
      <span dir="auto">${title}${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}</span></label>`;
  }
  return html`
    <div class="ask-field">
      <label for=${id} dir="auto">${words}</label>
      ${hint && html`<p class="hint" id=${`${id}-hint`} dir="auto">${hint}</p>`}
      <${Control} field=${field} control=${control} />
      ${fault && html`<p class="ask-fault" id=${`${id}-fault`}>${t(`agents.fault-${fault.code}`, { limit: fault.limit })}</p>`}
    </div>
  `;
}

function Control({ field: { kind, type, format, options, value, minimum, maximum }, control }) {
  if (kind === 'choice') {
    return html`<select class="field" ...${control}>
      <option value="" selected=${value === ''}>${t('agents.choose-one')}</option>
      ${options.map(([one, name]) => html`<option key=${String(one)} value=${String(one)} selected=${one === value}>${name}</option>`)}</select>`;
  }
  if (kind === 'long') return html`<textarea class="field" rows="3" dir="auto" ...${control}>${value}</textarea>`;
  if (kind === 'number') {
    return html`<input class="field" type="number" inputmode=${type === 'integer' ? 'numeric' : 'decimal'} step="any" min=${minimum} max=${maximum}
      defaultValue=${value} ...${control} />`;
  }
  const types = { email: 'email', uri: 'url', date: 'date' };
  return html`<input class="field" type=${types[format] ?? 'text'} dir="auto" autocomplete="off" defaultValue=${value} ...${control} />`;
}
