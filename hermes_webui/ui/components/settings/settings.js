// The settings: sections beside one another, on a phone one after the other. Each has an address.

import { useMemo } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { ServerSettings } from '../../page/server-settings.js';
import { ToolSettings } from '../../page/tool-settings.js';
import { SECTIONS } from '../../state/settings.js';
import { t } from '../../words/words.js';
import { Dialog } from '../dialog.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { late } from '../late.js';
import { styled } from '../styled.js';
import { About } from './about.js';
import { Access } from './access.js';
import { Agents } from './agents.js';
import { Appearance } from './appearance.js';
import { Behaviour } from './behaviour.js';
import { Models } from './models.js';
import { Tools } from './tools.js';

/** Sections that are fetched when they are opened. */
const around = (coming, name) => late(() => styled('around', coming()), name);
const Profiles = around(() => import('./profiles.js'), 'Profiles');
const Prompts = around(() => import('./prompts.js'), 'Prompts');
const Schedules = around(() => import('./schedules.js'), 'Schedules');
const Usage = around(() => import('./usage.js'), 'Usage');
const Workspace = late(() => import('./workspace.js'), 'Workspace');

const PARTS = {
  appearance: Appearance, behaviour: Behaviour, models: Models, agents: Agents, tools: Tools, profiles: Profiles, prompts: Prompts,
  workspace: Workspace, schedules: Schedules, usage: Usage, access: Access, about: About,
};
const ICONS = {
  appearance: 'sun', behaviour: 'keyboard', models: 'model', agents: 'agent', tools: 'tool', profiles: 'select', prompts: 'prompt',
  workspace: 'folder', schedules: 'clock', usage: 'chart', access: 'lock', about: 'info',
};

export function Settings({ section, close }) {
  const page = usePage();
  const server = useMemo(() => new ServerSettings(page), []);
  const tools = useMemo(() => new ToolSettings(page), []);
  const shown = section ?? 'appearance';
  const Part = PARTS[shown];
  return html`
    <${Dialog} label=${t('settings.title')} className=${`settings ${section ? 'in-section' : ''}`} close=${close}>
      <${Sections} shown=${shown} />
      <section class="settings-body" aria-labelledby="settings-name">
        <header class="dialog-head">
          <button type="button" class="quiet settings-back" aria-label=${t('settings.title')} onClick=${() => page.panels.settings()}>
            <${Icon} name="left" /></button>
          <h2 id="settings-name">${t(`settings.${shown}`)}</h2>
          <${Close} close=${close} />
        </header>
        <div class="settings-scroll" tabindex="-1"><${Part} key=${shown} server=${server} tools=${tools} /></div>
      </section>
    <//>
  `;
}

function Sections({ shown }) {
  const { panels } = usePage();
  const go = (event, name) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    panels.settings(name);
  };
  return html`
    <nav class="settings-nav" aria-label=${t('settings.title')}>
      <header class="dialog-head"><h2>${t('settings.title')}</h2><${Close} close=${() => panels.close()} /></header>
      <ul>${SECTIONS.map((name) => html`
        <li key=${name}><a href=${`/settings/${name}`} autofocus=${name === shown} aria-current=${name === shown ? 'page' : undefined} onClick=${(event) => go(event, name)}>
          <${Icon} name=${ICONS[name]} /><span>${t(`settings.${name}`)}</span><${Icon} name="right" /></a></li>`)}
      </ul>
    </nav>
  `;
}

const Close = ({ close }) => html`
  <button type="button" class="quiet settings-close" aria-label=${t('app.close')} onClick=${close}><${Icon} name="close" /></button>
`;
