// What can be added to a prompt: files, a kept prompt, and how to keep one; and how the conversation is answered.

import { useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { late } from './late.js';
import { Popover } from './popover.js';
import { styled } from './styled.js';

const SessionOptions = late(() => styled('composer-late', import('./session-options.js')), 'default');

export function AddMenu() {
  const { agents, attaching, drafting, prompting } = usePage();
  const input = useRef(null);
  const chosen = ({ target }) => {
    attaching.add(target.files);
    target.value = ''; // the same file may be chosen again
  };
  const text = drafting.text.value.trim();
  return html`
    <input ref=${input} type="file" multiple hidden onChange=${chosen} />
    <${Popover} label=${t('composer.add')} className="quiet add" face=${html`<${Icon} name="plus" />`}>
      ${(close, settle) => html`
        <${Entry} icon="attach" words=${t('composer.attach')} run=${() => { close(); input.current.click(); }} />
        <${Entry} icon="prompt" words=${t('composer.insert-prompt')} run=${() => { close(); prompting.choose(); }} />
        ${text && html`<${Entry} icon="pin" words=${t('composer.keep-prompt')} run=${() => { close(); prompting.keep(text); }} />`}
        ${agents.hasTools.value && html`<${SessionOptions} drawn=${settle} />`}
      `}
    <//>
  `;
}

const Entry = ({ icon, words, run }) => html`
  <button type="button" role="menuitem" tabindex="-1" onClick=${run}><${Icon} name=${icon} />${words}</button>
`;
