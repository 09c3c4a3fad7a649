// What a tool call was given, where it acted, what it changed and gave.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { beginning, diffOf, givenOf, oneLine, pretty } from '../state/output.js';
import { contentText } from '../state/text.js';
import { locale, t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Patch } from './patch.js';

/** Lines of an output that is followed: more of them cannot be read as they come. */
const TAIL = 400;

/** `tail`: it was followed while it ran, and is shown from its end. `asks`: the question shows what it was given. */
export function ToolBody({ call, result, output, tail, asks }) {
  const text = result ? contentText(result.content) : output ?? '';
  const diffs = result?.diffs ?? [];
  const shows = tail ? Boolean(text) : Boolean(result);
  return html`
    <${Places} places=${result?.locations ?? call.locations} />
    ${!asks && !saysAll(call) && html`<${Given} given=${call.function?.arguments} />`}
    ${diffs.map(({ path, patch }) => html`<${Patch} key=${path} path=${path} patch=${patch} />`)}
    ${shows && (tail ? html`<${Tail} text=${text} running=${!result} />` : html`<${Output} text=${text} />`)}
  `;
}

/** Does the title say what the call was given? */
const saysAll = ({ title, function: { arguments: given } = {} }) => Boolean(title) && oneLine(given) === title;

/** Paths; a click opens one where the page can show it. */
function Places({ places = [] }) {
  const { commands } = usePage();
  if (!places.length) return null;
  const show = commands.find('workspace.show');
  return html`<ul class="places" aria-label=${t('agents.places')}>${places.map(({ path, line }) => {
    const words = html`<${Icon} name="file" /><span dir="ltr">${path}${line ? `:${line}` : ''}</span>`;
    return html`<li key=${`${path}:${line}`}>${show
      ? html`<button type="button" class="place" title=${t('agents.open-place', { path })} onClick=${() => show.run({ path, line })}>${words}</button>`
      : html`<span class="place">${words}</span>`}</li>`;
  })}</ul>`;
}

function Given({ given }) {
  const { command, rest } = givenOf(given);
  return html`
    ${command && html`<p class="tool-head">${t('text.tool-command')}</p><pre class="output" tabindex="0">${command}</pre>`}
    ${rest && rest !== '{}' && html`<p class="tool-head">${t('text.tool-arguments')}</p><pre class="output" tabindex="0">${rest}</pre>`}
  `;
}

/** The end of what comes, as long as the reader is there; it does not get lower when it ends. */
function Tail({ text, running }) {
  const box = useRef(null);
  const ends = useRef(true);
  const height = useRef(0);
  useLayoutEffect(() => {
    if (running) height.current = box.current.offsetHeight;
    if (ends.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, running]);
  const scrolled = ({ target }) => { ends.current = target.scrollHeight - target.scrollTop - target.clientHeight < 8; };
  const lines = text.split('\n');
  return html`
    <p class="tool-head">${t('text.tool-output')}</p>
    <pre ref=${box} class="output tail" tabindex="0" style=${{ minHeight: running ? '' : `${height.current}px` }} onScroll=${scrolled}>${lines.length > TAIL ? `…\n${lines.slice(-TAIL).join('\n')}` : text}</pre>
  `;
}

/** A long output shows its beginning; what the reader has unfolded stays so. */
function Output({ text }) {
  const [whole, setWhole] = useState(false);
  const shown = pretty(text);
  const cut = whole ? null : beginning(shown);
  return html`
    <p class="tool-head">${t('text.tool-output')}${cut && html`<span class="tool-size"> · ${sizeOf(text)}</span>`}</p>
    <pre class=${`output ${whole ? 'whole' : ''}`} tabindex="0">
      <${Lines} text=${(cut ? cut.start : shown) || t('text.tool-nothing')} /></pre>
    ${cut && html`<button type="button" class="link output-more" onClick=${() => setWhole(true)}>
      ${cut.lines > 1 ? t('text.show-lines', { count: cut.lines }) : t('text.show-all')}</button>`}
  `;
}

function Lines({ text }) {
  const parts = diffOf(text);
  return parts ? parts.map(({ kind, text: lines }) => html`<span class=${`diff-line ${kind}`}>${lines}${'\n'}</span>`) : text;
}

function sizeOf(text) {
  const bytes = new Blob([text]).size;
  const [unit, size] = bytes < 1e6 ? ['kilobyte', bytes / 1e3] : ['megabyte', bytes / 1e6];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, maximumFractionDigits: 1 }).format(size);
}
