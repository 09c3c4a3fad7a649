// A name that is being given to a file or folder: Enter takes it, Escape leaves it; what is wrong with it is said beside it.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { composing } from '../../state/commands.js';
import { stemLength } from '../../state/paths.js';
import { html } from '../html.js';
import { useCabinet } from './cabinet.js';

/** `take(name)` gives a promise of what is wrong, or of null; `leave()` closes the field. */
export function NameField({ label, hint, name, take, leave }) {
  const { entries } = useCabinet();
  const field = useRef(null);
  const busy = useRef(false);
  const [fault, setFault] = useState(null);
  useLayoutEffect(() => {
    field.current.focus();
    field.current.setSelectionRange(0, stemLength(name));
  }, []);
  const send = async () => {
    if (busy.current) return;
    busy.current = true;
    const wrong = entries.faultOf(field.current.value) ?? await take(field.current.value.trim());
    busy.current = false;
    if (wrong && field.current) setFault(wrong);
  };
  const pressed = (event) => {
    if (composing(event)) return;
    event.stopPropagation();
    if (event.key === 'Enter') send();
    else if (event.key === 'Escape') leave();
    else return;
    event.preventDefault();
  };
  /** Who goes elsewhere without having changed anything wants nothing. */
  const left = () => { if (!busy.current && (field.current?.value ?? name) === name) leave(); };
  return html`
    <span class="ws-name-field">
      ${hint && html`<span class="ws-name-hint" dir="auto">${hint}</span>`}
      <input ref=${field} aria-label=${label} placeholder=${name ? undefined : label} defaultValue=${name} spellcheck=${false} autocapitalize="off" autocomplete="off" aria-invalid=${fault ? 'true' : undefined}
        onKeyDown=${pressed} onInput=${() => setFault(null)} onBlur=${left} onClick=${(event) => event.stopPropagation()} />
      ${fault && html`<span class="ws-name-fault" role="alert">${fault}</span>`}
    </span>
  `;
}
