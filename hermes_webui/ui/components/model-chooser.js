// Which model answers: its name, and the list behind it.

import { useId, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { late } from './late.js';
import { place } from './popover.js';
import { styled } from './styled.js';

const ModelList = late(() => styled('composer-late', import('./model-list.js')), 'default');

export function ModelChooser() {
  const { models } = usePage();
  const [open, setOpen] = useState(false);
  const [button, sheet] = [useRef(null), useRef(null)];
  const id = useId();
  const label = t('composer.model-is', { name: models.name.value });
  const settle = () => place(button.current.getBoundingClientRect(), sheet.current);
  const toggled = ({ newState }) => {
    setOpen(newState === 'open');
    if (newState === 'open') {
      models.load(); // what has been started or fetched since
      requestAnimationFrame(settle);
    } else if (sheet.current.contains(document.activeElement)) {
      button.current.focus();
    }
  };
  return html`
    <button type="button" ref=${button} class="quiet model" aria-label=${label} title=${label} popovertarget=${id}
      aria-haspopup="dialog" aria-expanded=${open ? 'true' : 'false'}><span>${models.name.value}</span><${Icon} name="expand" /></button>
    <div ref=${sheet} id=${id} popover="auto" role="dialog" aria-label=${t('composer.choose-model')} class="menu sheet models" onToggle=${toggled}>
      ${open && html`<${ModelList} close=${() => sheet.current.hidePopover()} drawn=${settle} />`}
    </div>
  `;
}
