// A terminal. xterm writes inline styles, which the page forbids: it runs in a frame with a policy of its own
// (`frames/terminal.html`), which can request nothing; what is typed and what is shown goes through the page.

import { useEffect, useRef } from 'preact/hooks';
import { Frame } from '../../render/frame.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { useCabinet } from './cabinet.js';
import { terminalLook } from './terminal-look.js';

export function Terminal() {
  const { shell } = useCabinet();
  const place = useRef(null);
  useEffect(() => opened(place.current, shell), []);
  return html`
    <div class="ws-terminal">
      <${State} />
      <div class="ws-screen" ref=${place}></div>
      <p class="ws-legend"><kbd>F6</kbd> ${t('workspace.leave-terminal')}
        <button type="button" class="link ws-end" onClick=${() => shell.close()}>${t('workspace.end-terminal')}</button></p>
    </div>
  `;
}

function State() {
  const { shell } = useCabinet();
  const state = shell.state.value;
  if (state === 'away') return html`<p class="ws-note warn" role="status">${t('workspace.terminal-away')}</p>`;
  if (state !== 'ended' && state !== 'failed') return null;
  return html`
    <p class="ws-note ${state === 'failed' ? 'warn' : ''}" role="status"><${Icon} name="terminal" />${state === 'failed' ? shell.error.value?.message : t('workspace.terminal-ended')}
      <button type="button" class="link" onClick=${() => shell.again()}>${t('workspace.new-terminal')}</button></p>
  `;
}

function opened(place, shell) {
  const frame = new Frame('terminal', { title: t('workspace.terminal'), class: 'ws-screen-frame' }, heard);
  const screen = {
    write: (bytes) => frame.send({ write: bytes }),
    clear: () => frame.send({ clear: true }),
  };
  const dress = () => frame.send({ look: terminalLook(), label: t('workspace.terminal') });
  const watcher = new MutationObserver(dress);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  function heard({ ready, sized, typed, leave }) {
    if (ready) dress();
    if (sized) shell.resize(sized);
    if (sized && ready !== true && !screen.attached) {
      screen.attached = true;
      shell.attach(screen);
    }
    if (typed) shell.type(typed);
    if (leave) document.getElementById('ws-tab-terminal')?.focus();
  }
  place.append(frame.node);
  watcher.observe(document.documentElement, { attributeFilter: ['data-theme', 'data-accent', 'data-code'] });
  scheme.addEventListener('change', dress);
  return () => {
    watcher.disconnect();
    scheme.removeEventListener('change', dress);
    shell.detach();
    frame.close();
  };
}
