// What the sections are made of: a row with its name and its control.

import { useId, useState } from 'preact/hooks';
import { t } from '../../words/words.js';
import { html } from '../html.js';

/** One of a few: `options` are `[value, name]`. */
export function Choice({ name, hint, value, options, choose, className = '' }) {
  const id = useId();
  return html`
    <div class=${`setting options ${className}`} role="radiogroup" aria-labelledby=${id}>
      <p class="setting-name" id=${id}>${name}${hint && html`<span class="hint">${hint}</span>`}</p>
      <div class="choices">${options.map(([one, label]) => html`
        <label key=${one} class=${`choice choice-${one}`}>
          <input type="radio" name=${id} checked=${one === value} onChange=${() => choose(one)} /><span>${label}</span>
        </label>`)}</div>
    </div>
  `;
}

export function Select({ name, hint, value, options, choose, disabled }) {
  const id = useId();
  return html`
    <div class="setting">
      <label for=${id}>${name}</label>
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
      <select id=${id} disabled=${disabled} aria-describedby=${hint ? `${id}-hint` : undefined} onChange=${({ target }) => choose(target.value)}>
        ${options.map(([one, label]) => html`<option key=${one} value=${one} selected=${one === value}>${label}</option>`)}
      </select>
    </div>
  `;
}

export function Switch({ name, hint, on, change, disabled }) {
  const id = useId();
  return html`
    <div class="setting switch">
      <label for=${id}>${name}${hint && html`<span class="hint">${hint}</span>`}</label>
      <input id=${id} type="checkbox" role="switch" checked=${on} disabled=${disabled} onChange=${({ target }) => change(target.checked)} />
    </div>
  `;
}

/** Runs one request at a time and keeps its outcome: `[busy, said, run]`; `said` is `{good, text}` or null. */
export function useRequest() {
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState(null);
  const run = async (work, done = '') => {
    setBusy(true);
    setSaid(null);
    try {
      const text = (await work()) ?? done;
      setSaid(typeof text === 'object' ? text : { good: true, text });
    } catch (error) {
      setSaid({ good: false, text: error.message });
    } finally {
      setBusy(false);
    }
  };
  return [busy, said, run];
}

export const Said = ({ said, busy }) => html`
  <p class=${`said ${busy ? 'waits' : said?.good ? 'good' : 'bad'}`} role="status">${busy ? t('settings.asking') : said?.text}</p>
`;
