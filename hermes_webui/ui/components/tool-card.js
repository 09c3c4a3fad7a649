// A tool call: what it does, its state, its time; what it was given and gave unfolds. A question about it stands below it (in
// its place, where asking is all that it does), and what a subagent does inside it.

import { useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { isNotRun, oneLine, pathsOf } from '../state/output.js';
import { patchOf } from '../state/patch.js';
import { t } from '../words/words.js';
import { duration, useElapsed } from './elapsed.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Counts } from './patch.js';
import { Question } from './question.js';
import { ToolBody } from './tool-body.js';

const ICONS = {
  read: 'file', edit: 'edit', delete: 'trash', move: 'move', search: 'search', execute: 'terminal', think: 'idea', fetch: 'globe',
  switch_mode: 'select', ask: 'question', agent: 'agent',
};

const WORDS = {
  ok: () => t('text.tool-ok'),
  running: () => t('text.tool-running'),
  failed: () => t('text.tool-failed'),
  denied: () => t('text.tool-denied'),
  cancelled: () => t('text.tool-cancelled'),
  unknown: () => t('text.tool-unknown'),
  asks: () => t('agents.waits'),
  'not-run': () => t('agents.not-run'),
};

/** `nested`: all calls below this row's, `[[call, result], …]`; those of this call are drawn in it. */
export function ToolCard({ call, result, live, nested = [] }) {
  const { store } = usePage();
  const question = result ? null : store.asked.value.find((one) => one.call?.call_id === call.id);
  const output = result ? null : store.outputs.value[call.id];
  const children = nested.filter(([one]) => one.parent === call.id);
  const state = question ? 'asks' : stateOf(result, live);
  return html`
    <div class=${`call ${state}`}>
      ${!(question && question.kind !== 'permission') && html`
        <${Fold} call=${call} result=${result} state=${state} live=${live} nested=${nested} children_=${children} output=${output?.text} />`}
      ${question && html`<${Question} key=${question.request_id} question=${question} />`}
    </div>
  `;
}

function stateOf(result, live) {
  if (!result) return live ? 'running' : 'unknown';
  return isNotRun(result) ? 'not-run' : result.status ?? 'ok';
}

/** What is put out while somebody looks unfolds it, unless they have folded it; it stays so when it ends: nothing jumps. */
function Fold({ call, result, state, live, nested, children_: children, output }) {
  const [wish, setWish] = useState(null);
  const followed = useRef(false);
  const tail = useRef(false);
  tail.current ||= Boolean(live && output);
  followed.current ||= tail.current || Boolean(live && children.length && !result);
  const open = wish ?? followed.current;
  return html`
    <details class=${`fold tool ${state}`} data-tool=${state} open=${open} onToggle=${({ target }) => { if (target.open !== open) setWish(target.open); }}>
      <summary><${Icon} name="right" /><${Icon} name=${ICONS[call.kind] ?? 'tool'} />
        <span class="fold-name" dir="auto">${call.title || call.function?.name}</span>
        <span class="fold-line" dir="ltr">${lineOf(call, state)}</span><${Changed} result=${result} />
        <${State} state=${state} result=${result} count=${children.length} /></summary>
      ${open && html`<div class="fold-body">
        ${children.length > 0 && html`<div class="nested" role="group" aria-label=${t('agents.nested')}>${children.map(([one, its]) => html`
          <${ToolCard} key=${one.id} call=${one} result=${its} live=${live} nested=${nested} />`)}</div>`}
        <${ToolBody} call=${call} result=${result} output=${output} tail=${tail.current} asks=${state === 'asks'} /></div>`}
    </details>
  `;
}

/** Beside a title: where it acts, else what it is given. What is asked about stands in the question. */
function lineOf(call, state) {
  if (state === 'asks') return '';
  const [place] = pathsOf(call.locations);
  if (call.title && place) return place;
  const given = oneLine(call.function?.arguments);
  return given === call.title || given === '{}' ? '' : given;
}

function Changed({ result }) {
  if (!result?.diffs?.length) return null;
  const all = result.diffs.map(({ patch }) => patchOf(patch));
  const sum = (name) => all.reduce((count, one) => count + one[name], 0);
  return html`<${Counts} added=${sum('added')} removed=${sum('removed')} />`;
}

function State({ state, result, count }) {
  const elapsed = useElapsed(state === 'running');
  const seconds = state === 'not-run' ? 0 : result?.duration || elapsed;
  return html`
    <span class="tool-state">${(state === 'running' || state === 'asks') && html`<span class="pulse"></span>`}
      <span>${count > 0 && html`<span class="tool-count">${t('agents.steps', { count })} · </span>`}${WORDS[state]?.() ?? state}${seconds ? ` · ${duration(seconds)}` : ''}</span></span>
  `;
}
