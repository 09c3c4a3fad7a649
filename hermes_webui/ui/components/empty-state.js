// A conversation that has not begun: what this is, and something to begin with.

import { usePage } from '../page/page.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const FACTS = [
  ['disk', 'Saved before it is answered', 'Each prompt is on disk before the reply begins.'],
  ['clock', 'Close the lid at any time', 'The reply goes on without you, and is here, whole, when you come back.'],
  ['retry', 'Nothing is overwritten', 'Edit or ask again: every version stays, one arrow away.'],
];
const STARTS = [
  'Explain how an append-only log survives a power cut',
  'Write a Python script that finds duplicate files',
  'Plan a quiet weekend in the mountains',
];

export function EmptyState() {
  const { drafting, models } = usePage();
  const begin = (text) => {
    drafting.edit(text);
    toComposer();
  };
  return html`
    <div class="empty">
      <h1>What are you thinking about?</h1>
      <ul class="starts" aria-label="Something to begin with">
        ${STARTS.map((text) => html`<li key=${text}><button type="button" onClick=${() => begin(text)}>${text}</button></li>`)}
      </ul>
      ${models.onlyDemo.value && html`<${Unconnected} tryDemo=${() => begin(STARTS[0])} />`}
      <ul class="facts">
        ${FACTS.map(([icon, name, words]) => html`<li key=${name}><${Icon} name=${icon} /><p><strong>${name}</strong> ${words}</p></li>`)}
      </ul>
    </div>
  `;
}

/** Only the demo answers: said plainly, with the way to a model. */
const Unconnected = ({ tryDemo }) => html`
  <p class="unconnected">No model is connected. Set a provider's key, such as <code>ANTHROPIC_API_KEY</code> or <code>OPENAI_API_KEY</code>,
    or start Ollama (see the README and the model menu below), or${' '}<button type="button" class="link" onClick=${tryDemo}>try the demo</button>.</p>
`;
