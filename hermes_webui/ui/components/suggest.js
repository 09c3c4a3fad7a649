// The list over the composer: commands after `/`, kept prompts and files after `@`. The focus stays in the field.
// A kept prompt is deleted by its bin, or by Shift and Delete.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export default function Suggest({ offer }) {
  const { at: { value: at } } = usePage().prompting;
  const list = useRef(null);
  useLayoutEffect(() => list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at, offer]);
  const name = t(offer.kind === 'command' ? 'composer.commands' : 'composer.mentions');
  const none = offer.kind === 'mention' && t('composer.no-mentions');
  if (!offer.items.length) return none && html`<p class="suggest suggest-none">${none}${offer.lacks && ` ${t('composer.folder-first')}`}</p>`;
  return html`
    <ul ref=${list} id="suggestions" class="suggest" role="listbox" aria-label=${name}>
      ${offer.items.map((item, index) => html`<${Offered} key=${item.key} item=${item} index=${index} chosen=${index === at} />`)}
      ${offer.bare && html`<li role="presentation" class="suggest-none">${none}</li>`}
    </ul>
  `;
}

function Offered({ item, index, chosen }) {
  const { prompting, commands } = usePage();
  const offering = prompting.offering.value;
  const keys = item.command?.keys;
  const pick = (event) => {
    event.preventDefault(); // the focus stays where it is
    offering.take(item);
  };
  return html`
    <li id=${`suggestion-${index}`} class=${item.folder ? 'whole' : undefined} role="option" aria-selected=${chosen ? 'true' : 'false'} onMouseDown=${pick}
      onMouseMove=${() => { offering.at.value = index; }}>
      ${!item.command && html`<${Icon} name=${item.folder ? 'folder' : item.insert ? 'agent' : item.prompt ? 'prompt' : 'file'} />`}
      <span class="suggest-name" dir="auto">${item.name}</span><span class="suggest-title" dir="auto">${item.title}</span>
      ${keys && html`<kbd>${commands.names(keys).join(' ')}</kbd>`}
      ${item.prompt && html`<span class="suggest-forget" aria-hidden="true" title=${t('composer.forget-prompt', { name: item.name })}
        onMouseDown=${(event) => { event.preventDefault(); event.stopPropagation(); offering.forget(item.prompt); }}><${Icon} name="trash" /></span>`}
    </li>
  `;
}
