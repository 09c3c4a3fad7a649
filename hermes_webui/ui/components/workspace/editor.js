// Where a text is changed: a plain field with the numbers of its lines, Tab and Enter as in an editor of code. Every change
// goes through the browser's own commands where it can, so that Ctrl+Z takes it back.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { composing } from '../../state/commands.js';
import { indented, lineAt, linesOf, newLine } from '../../state/indent.js';
import { nameOf } from '../../state/paths.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { useCabinet } from './cabinet.js';
import { numbersTo } from './code-view.js';

export function Editor({ shown }) {
  const { paper } = useCabinet();
  const field = useRef(null);
  const freed = useRef(false); // Escape frees Tab: the keyboard gets out of here
  const text = shown.text ?? shown.file.text ?? '';
  const count = linesOf(text);
  useLayoutEffect(() => { if (field.current.value !== text) field.current.value = text; }, [text]);
  useLayoutEffect(() => {
    field.current.focus({ preventScroll: true });
    const [from] = shown.line ? lineAt(text, shown.line) : [0];
    field.current.setSelectionRange(from, from);
  }, [shown.path]);
  const pressed = (event) => {
    if (composing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && !freed.current) freed.current = true;
    else if (event.key === 'Tab' && !freed.current) change(field.current, indented(...selection(field.current), event.shiftKey));
    else if (event.key === 'Enter' && !event.shiftKey) change(field.current, newLine(...selection(field.current)));
    else {
      if (event.key !== 'Tab' && event.key !== 'Escape') freed.current = false;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return html`
    <div class="ws-paper-body ws-code ws-editor">
      <pre class="ws-numbers" aria-hidden="true">${numbersTo(count)}</pre>
      <textarea ref=${field} rows=${count} aria-label=${t('workspace.editor', { name: nameOf(shown.path) })} aria-description=${t('workspace.editor-keys')} spellcheck=${false}
        autocapitalize="off" autocomplete="off" wrap="off" onInput=${({ target }) => paper.typed(target.value)} onKeyDown=${pressed}></textarea>
    </div>
  `;
}

const selection = ({ value, selectionStart, selectionEnd }) => [value, selectionStart, selectionEnd];

/** Only what differs is replaced, as if it had been typed. */
function change(field, { text, from, to }) {
  const old = field.value;
  let begin = 0;
  while (begin < Math.min(old.length, text.length) && old[begin] === text[begin]) begin += 1;
  let end = 0;
  while (end < Math.min(old.length, text.length) - begin && old.at(-1 - end) === text.at(-1 - end)) end += 1;
  field.setSelectionRange(begin, old.length - end);
  const added = text.slice(begin, text.length - end);
  const done = added ? document.execCommand('insertText', false, added) : document.execCommand('delete');
  if (!done) {
    field.setRangeText(added);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  field.setSelectionRange(from, to);
}
