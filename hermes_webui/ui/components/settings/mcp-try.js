// One call of an MCP tool, to see what it gives.

import { useRef, useState } from 'preact/hooks';
import { pretty } from '../../state/output.js';
import { blank } from '../../state/parameters.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Said, useRequest } from './fields.js';

export function McpTry({ server, tool, parameters, tools }) {
  const field = useRef(null);
  const [busy, said, run] = useRequest();
  const [result, setResult] = useState(null);
  const submit = (event) => {
    event.preventDefault();
    const given = objectOf(field.current.value);
    run(async () => {
      if (!given) return { good: false, text: t('agents.try-no-json', { example: '{"path": "docs"}' }) };
      const answer = await tools.ask('/api/mcp/try', { server, tool, arguments: given });
      setResult(typeof answer.result === 'string' ? pretty(answer.result) : JSON.stringify(answer.result, null, 2));
      return answer.ok ? '' : { good: false, text: t('agents.try-failed') };
    });
  };
  return html`
    <form class="try" onSubmit=${submit}>
      <textarea ref=${field} class="field code-field" rows="3" dir="ltr" spellcheck=${false} aria-label=${t('agents.try-arguments')}>${blank(parameters)}</textarea>
      <div class="provider-buttons"><button type="submit" class="primary" disabled=${busy}>${t('agents.try-call')}</button><span class="hint">${t('agents.try-hint')}</span></div>
      <${Said} said=${said} busy=${busy} />
      ${result !== null && html`<pre class="output" tabindex="0" aria-label=${t('text.tool-output')} role="region">${result || t('text.tool-nothing')}</pre>`}
    </form>
  `;
}

function objectOf(text) {
  try {
    const value = JSON.parse(text || '{}');
    return value && typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null; // the sentence says what is expected
  }
}
