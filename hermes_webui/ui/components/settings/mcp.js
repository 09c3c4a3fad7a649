// MCP servers: what they offer, whether they answer, which of their tools are on.

import { useEffect, useState } from 'preact/hooks';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { Closed } from './closed.js';
import { Said, useRequest } from './fields.js';
import { McpForm } from './mcp-form.js';
import { McpTry } from './mcp-try.js';

export function Mcp({ tools }) {
  useEffect(() => { tools.load('mcp'); }, []);
  const [adding, setAdding] = useState(false);
  const told = tools.told.mcp.value;
  return html`
    <section class="part" aria-labelledby="mcp-name">
      <h3 id="mcp-name">${t('agents.mcp')}</h3><p class="hint">${t('agents.mcp-hint')}</p>
      ${!told ? html`<${Closed} server=${tools.part('mcp')} />` : html`
        <ul class="providers">${told.servers.map((server) => html`<${Server} key=${server.name} server=${server} tools=${tools} />`)}</ul>
        ${adding ? html`<div class="provider"><${McpForm} tools=${tools} done=${() => setAdding(false)} /></div>`
          : html`<button type="button" class="secondary add" onClick=${() => setAdding(true)}><${Icon} name="plus" />${t('agents.mcp-add')}</button>`}`}
    </section>
  `;
}

function Server({ server, tools }) {
  const { name, enabled, state, from } = server;
  const [open, setOpen] = useState(null); // tools | form
  const [busy, said, run] = useRequest();
  const test = () => run(async () => {
    const answer = await tools.test('mcp', '/api/mcp/test', { name });
    return { good: answer.ok, text: answer.ok ? t('agents.mcp-answers', { name, count: answer.tools?.length ?? 0 }) : answer.message };
  });
  const turn = (on) => run(() => tools.change('mcp', '/api/mcp/save', { name, enabled: on }).then(() => ''));
  const show = (part) => setOpen(open === part ? null : part);
  const own = from !== 'config.toml';
  return html`
    <li class="provider">
      <div class="provider-head">
        <span class=${`provider-mark ${enabled && state === 'ok' ? 'ready' : ''}`}><${Icon} name=${state === 'failed' ? 'alert' : state === 'ok' ? 'check' : 'plug'} /></span>
        <div class="provider-name"><h4>${name}</h4><p class="hint" dir="ltr">${addressOf(server)}</p></div>
        <span class="switch"><input type="checkbox" role="switch" checked=${enabled} disabled=${busy || !own} aria-label=${t('agents.mcp-on', { name })}
          onChange=${({ target }) => turn(target.checked)} /></span>
      </div>
      ${state === 'failed' && !said && html`<p class="said bad">${server.message}</p>`}
      <${Said} said=${said} busy=${busy} />
      <div class="provider-more">
        <button type="button" class="secondary small" disabled=${busy} onClick=${test} aria-label=${t('settings.test-of', { name })}>${t('settings.test')}</button>
        ${server.tools?.length > 0 && html`<button type="button" class="secondary small" aria-expanded=${open === 'tools' ? 'true' : 'false'}
          onClick=${() => show('tools')}>${t('agents.tool-count', { count: server.tools.length })}</button>`}
        ${own ? html`<button type="button" class="secondary small" aria-expanded=${open === 'form' ? 'true' : 'false'} aria-label=${t('settings.change-of', { name })}
          onClick=${() => show('form')}>${t('settings.change')}</button>` : html`<span class="hint">${t('agents.from-config')}</span>`}
      </div>
      ${open === 'tools' && html`<${ServerTools} server=${server} tools=${tools} />`}
      ${open === 'form' && html`<${McpForm} server=${server} tools=${tools} done=${() => setOpen(null)} />`}
    </li>
  `;
}

const addressOf = ({ url, command, args = [] }) => url || [command, ...args].filter(Boolean).join(' ');

function ServerTools({ server, tools }) {
  const [tried, setTried] = useState(null);
  const [busy, said, run] = useRequest();
  const turn = (tool, enabled) => run(() => tools.change('mcp', '/api/mcp/tool', { server: server.name, tool, enabled }).then(() => ''));
  return html`
    <ul class="tool-list">${server.tools.map(({ name, description, enabled, parameters }) => html`
      <li key=${name}>
        <div class="tool-line"><div class="provider-name"><code dir="ltr">${name}</code>${description && html`<p class="hint" dir="auto">${description}</p>`}</div>
          <button type="button" class="secondary small" aria-expanded=${tried === name ? 'true' : 'false'} aria-label=${t('agents.try-of', { name })}
            onClick=${() => setTried(tried === name ? null : name)}>${t('agents.try')}</button>
          <span class="switch"><input type="checkbox" role="switch" checked=${enabled} disabled=${busy} aria-label=${t('agents.tool-on', { name })}
            onChange=${({ target }) => turn(name, target.checked)} /></span></div>
        ${tried === name && html`<${McpTry} server=${server.name} tool=${name} parameters=${parameters} tools=${tools} />`}
      </li>`)}</ul>
    ${said && !said.good && html`<${Said} said=${said} />`}
  `;
}
