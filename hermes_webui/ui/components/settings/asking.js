// When agents ask before they act, and what they may do without.

import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../words/words.js';
import { html, withCode } from '../html.js';
import { Icon } from '../icon.js';
import { Closed } from './closed.js';
import { Choice, Said, useRequest } from './fields.js';

const EXAMPLE = 'run_command(git status*)';
const MODES = ['always', 'session', 'never'];

export function Asking({ tools }) {
  useEffect(() => { tools.load('approvals'); }, []);
  const told = tools.told.approvals.value;
  const [busy, said, run] = useRequest();
  if (!told) return html`<${Closed} server=${tools.part('approvals')} />`;
  const choose = (mode) => run(() => tools.choose({ mode }).then(() => ''));
  const allow = (patterns) => run(() => tools.choose({ allow: patterns }).then(() => ''));
  return html`
    ${told.from ? html`<div class="setting"><p class="setting-name">${t('agents.ask-when')}<span class="hint">${withCode(t('agents.ask-given'))}</span></p><p>${t(`agents.ask-${told.mode}`)}</p></div>`
      : html`<${Choice} name=${t('agents.ask-when')} hint=${t(`agents.ask-${told.mode}-hint`)} value=${told.mode} choose=${choose}
          options=${MODES.map((mode) => [mode, t(`agents.ask-${mode}`)])} />`}
    ${told.mode === 'never' && html`<p class="line warn" role="alert"><${Icon} name="alert" /><span>${t('agents.ask-never-warning')}</span></p>`}
    <section class="setting patterns">
      <p class="setting-name">${t('agents.patterns')}<span class="hint">${withCode(t('agents.patterns-hint'))}</span></p>
      <ul>
        ${told.given.map((pattern) => html`<li key=${`given ${pattern}`}><code dir="ltr">${pattern}</code><span class="hint">${t('agents.from-config')}</span></li>`)}
        ${told.allow.map((pattern) => html`<li key=${pattern}><code dir="ltr">${pattern}</code>
          <button type="button" class="quiet" disabled=${busy} aria-label=${t('agents.pattern-remove', { pattern })} title=${t('agents.pattern-remove', { pattern })}
            onClick=${() => allow(told.allow.filter((one) => one !== pattern))}><${Icon} name="close" /></button></li>`)}
      </ul>
      <${AddPattern} busy=${busy} add=${(pattern) => allow([...told.allow.filter((one) => one !== pattern), pattern])} />
      <${Said} said=${said} busy=${busy} />
    </section>
  `;
}

function AddPattern({ add, busy }) {
  const field = useRef(null);
  const submit = (event) => {
    event.preventDefault();
    const pattern = field.current.value.trim();
    if (!pattern) return;
    add(pattern);
    field.current.value = '';
  };
  return html`
    <form class="in-a-row" onSubmit=${submit}>
      <input ref=${field} class="field" dir="ltr" autocomplete="off" spellcheck=${false} aria-label=${t('agents.pattern-new')} placeholder=${EXAMPLE} />
      <button type="submit" class="secondary" disabled=${busy}>${t('agents.pattern-add')}</button>
    </form>
  `;
}
