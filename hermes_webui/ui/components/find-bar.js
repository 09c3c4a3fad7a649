// Find in conversation: a field, how many messages hold the words, and the way from one to the next.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Finding } from '../page/finding.js';
import { usePage } from '../page/page.js';
import { composing } from '../state/commands.js';
import { t } from '../words/words.js';
import { toReading } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { useMarks } from './marks.js';

const TYPING_MS = 160;

export function FindBar() {
  const page = usePage();
  const finding = useMemo(() => new Finding(page), []);
  const field = useRef(null);
  const [everything, setEverything] = useState(false);
  const close = useClosing(page.places, field);
  const look = useLooking(finding, field);
  const { hits, at, running, error } = finding.state.value;
  useMarks(finding.query, hits[at]?.id);
  const both = (value) => { setEverything(value); look(value, 0); };
  const none = finding.query && !running && !hits.length;
  return html`
    <div class="find-bar" role="search" aria-label=${t('conversation.find')} onKeyDown=${(event) => keys(event, finding, close)}>
      <${Icon} name="search" />
      <input ref=${field} type="text" enterkeyhint="search" autocomplete="off" spellcheck=${false} dir="auto" aria-label=${t('conversation.find')}
        placeholder=${t('conversation.find')} maxlength="500" onInput=${() => look(everything)} />
      <span class=${`find-count ${none ? 'none' : ''}`} role="status">${error || countOf(hits.length, at, running, none)}</span>
      <${Step} icon="up" name=${t('conversation.find-older')} off=${!hits.length} run=${() => finding.go(1)} />
      <${Step} icon="down" name=${t('conversation.find-newer')} off=${!hits.length} run=${() => finding.go(-1)} />
      <${Step} icon="tool" name=${t('conversation.find-all')} pressed=${everything} run=${() => both(!everything)} />
      <${Step} icon="close" name=${t('conversation.find-close')} run=${close} />
    </div>
  `;
}

const Step = ({ icon, name, off = false, pressed, run }) => html`
  <button type="button" class="quiet" aria-label=${name} title=${name} aria-disabled=${off ? 'true' : undefined}
    aria-pressed=${pressed === undefined ? undefined : String(pressed)} onClick=${() => { if (!off) run(); }}><${Icon} name=${icon} /></button>
`;

function countOf(count, at, running, none) {
  if (none) return t('conversation.find-none');
  if (!count) return running ? t('conversation.find-searching') : '';
  return t(running ? 'conversation.find-so-far' : 'conversation.find-place', { at: at + 1, count });
}

/** What is typed is looked for after a moment's pause. */
function useLooking(finding, field) {
  const timer = useRef(0);
  useEffect(() => () => { clearTimeout(timer.current); finding.stop(); }, []);
  return (everything, pause = TYPING_MS) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => finding.look(field.current.value, everything), pause);
  };
}

/** The field has the focus while the bar is there; then it goes back to where it came from. */
function useClosing(places, field) {
  const before = useRef(document.activeElement);
  useLayoutEffect(() => field.current.focus(), []);
  return () => {
    const back = before.current;
    places.finding.value = false;
    if (back?.isConnected && back !== document.body && back.closest('.find-bar, .menu') === null) back.focus({ preventScroll: true });
    else toReading();
  };
}

function keys(event, finding, close) {
  if (composing(event)) return;
  if (event.key === 'Escape') {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key === 'Enter' && event.target.matches('input')) {
    event.preventDefault();
    finding.go(event.shiftKey ? -1 : 1);
  }
}
