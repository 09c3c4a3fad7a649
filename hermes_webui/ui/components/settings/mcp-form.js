// An MCP server: a command on this machine, or an address. Secrets go to the server and do not come back.

import { useId, useRef, useState } from 'preact/hooks';
import { linesOf, pairsOf } from '../../state/lines.js';
import { t } from '../../words/words.js';
import { html, withCode } from '../html.js';
import { Choice, Said, useRequest } from './fields.js';

const EXAMPLE = { name: 'files', command: 'npx', url: 'http://127.0.0.1:8000/mcp' };

export function McpForm({ server, tools, done }) {
  const form = useRef(null);
  const [kind, setKind] = useState(server?.transport ?? 'stdio');
  const [busy, said, run] = useRequest();
  const save = (event) => {
    event.preventDefault();
    run(async () => {
      await tools.change('mcp', '/api/mcp/save', wishOf(form.current, kind, server));
      done();
    });
  };
  const remove = () => run(() => tools.change('mcp', '/api/mcp/remove', { name: server.name }));
  return html`
    <form ref=${form} class="provider-form" onSubmit=${save}>
      ${!server && html`
        <${Field} name="name" label=${t('settings.name')} placeholder=${EXAMPLE.name} required pattern="[A-Za-z0-9_\\-]{1,40}" />
        <${Choice} name=${t('agents.mcp-kind')} value=${kind} choose=${setKind} options=${[['stdio', t('agents.mcp-stdio')], ['http', t('agents.mcp-http')]]} />`}
      ${kind === 'stdio' ? html`
        <${Field} key="command" name="command" label=${t('text.tool-command')} value=${server?.command} placeholder=${EXAMPLE.command} required />
        <${Field} key="args" long name="args" label=${t('agents.mcp-args')} hint=${t('agents.mcp-args-hint')} value=${(server?.args ?? []).join('\n')} />
        <${Field} key="env" long name="env" label=${t('agents.mcp-env')} hint=${secretHint(server, t('agents.mcp-env-hint'))} />` : html`
        <${Field} key="url" name="url" type="url" label=${t('settings.address')} value=${server?.url} placeholder=${EXAMPLE.url} required />
        <${Field} key="headers" long name="headers" label=${t('agents.mcp-headers')} hint=${secretHint(server, t('agents.mcp-headers-hint'))} />`}
      <${Said} said=${said} busy=${busy} />
      <div class="provider-buttons">
        <button type="submit" class="primary" disabled=${busy}>${t('settings.save')}</button>
        <button type="button" class="secondary" onClick=${done}>${t('settings.cancel')}</button>
        ${server && html`<button type="button" class="link bad" onClick=${remove}>${t('agents.mcp-remove')}</button>`}
      </div>
    </form>
  `;
}

const secretHint = (server, how) => (server ? `${how} ${t('agents.mcp-kept')}` : how);

/** What was typed; secrets that were left empty stay as they are. */
function wishOf(form, kind, server) {
  const typed = Object.fromEntries(new FormData(form));
  const name = server?.name ?? typed.name.trim();
  if (kind === 'stdio') {
    const env = pairsOf(typed.env, '=');
    return { name, command: typed.command.trim(), args: linesOf(typed.args), ...(Object.keys(env).length && { env }) };
  }
  const headers = pairsOf(typed.headers, ':');
  return { name, url: typed.url.trim(), ...(Object.keys(headers).length && { headers }) };
}

function Field({ label, hint, long, value, ...rest }) {
  const id = useId();
  const given = { id, class: `field ${long ? 'code-field' : ''}`, autocomplete: 'off', spellcheck: false, dir: 'ltr', 'aria-describedby': hint ? `${id}-hint` : undefined };
  return html`
    <label for=${id}>${label}</label>
    ${long ? html`<textarea ...${given} ...${rest} rows="2">${value}</textarea>` : html`<input ...${given} ...${rest} defaultValue=${value} />`}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${withCode(hint)}</p>`}
  `;
}
