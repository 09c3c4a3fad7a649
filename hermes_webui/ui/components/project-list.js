// The projects: each shows its conversations alone; rows are dropped onto one.

import { useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { draggedIds, isDragged } from './drag.js';
import { html } from './html.js';
import { Icon } from './icon.js';

export function ProjectList() {
  const { directory, store, storage } = usePage();
  const { projects } = store.list.value;
  const [folded, setFolded] = useState(() => storage.get('projectsFolded') === true);
  const fold = () => {
    storage.set('projectsFolded', !folded);
    setFolded(!folded);
  };
  const make = ({ currentTarget }) => directory.openMenu({ view: 'project', project: null, ids: [], at: currentTarget });
  return html`
    <section class="projects" aria-label=${t('list.projects')}>
      <div class="projects-head">
        <button type="button" class="quiet" aria-expanded=${folded ? 'false' : 'true'} onClick=${fold}>
          <${Icon} name=${folded ? 'right' : 'expand'} />${t('list.projects')}</button>
        <button type="button" class="quiet" aria-label=${t('list.project-new')} title=${t('list.project-new')} onClick=${make}><${Icon} name="plus" /></button>
      </div>
      ${!folded && projects.length > 0 && html`<ul>${projects.map((project) => html`<${Project} key=${project.project_id} project=${project} />`)}</ul>`}
      <${HermesFilter} />
    </section>
  `;
}

/** Shows the conversations of Hermes Agent alone, where there are any. */
function HermesFilter() {
  const { directory, store } = usePage();
  const { hermes, source } = store.list.value;
  if (!source && hermes.state !== 'ok' && hermes.state !== 'unreadable') return null;
  return html`
    <div class="project">
      <button type="button" class="project-name" aria-pressed=${source ? 'true' : 'false'} title=${t('list.hermes-hint')}
        onClick=${() => directory.show({ source: source ? null : 'hermes' })}><${Icon} name="terminal" /><span>${t('list.hermes')}</span></button>
    </div>
  `;
}

function Project({ project }) {
  const { directory, filing, store } = usePage();
  const [over, setOver] = useState(false);
  const shown = store.list.value.project === project.project_id;
  const menu = (at) => directory.openMenu({ view: 'project', project, ids: [], at });
  const dropped = (event) => {
    event.preventDefault();
    setOver(false);
    filing.move(directory.rows(draggedIds(event)), project.project_id);
  };
  const hover = (event) => {
    if (!isDragged(event)) return;
    event.preventDefault();
    setOver(true);
  };
  return html`
    <li class=${`project ${over ? 'over' : ''}`} onDragOver=${hover} onDragLeave=${() => setOver(false)} onDrop=${dropped}>
      <button type="button" class="project-name" aria-pressed=${shown ? 'true' : 'false'}
        onClick=${() => directory.show({ project: shown ? null : project.project_id })}
        onContextMenu=${(event) => { event.preventDefault(); menu(event.currentTarget); }}>
        <${Swatch} color=${project.color} /><span dir="auto">${project.name}</span>
      </button>
      <button type="button" class="quiet session-menu" aria-label=${t('list.options', { title: project.name })} aria-haspopup="dialog"
        onClick=${({ currentTarget }) => menu(currentTarget)}><${Icon} name="more" /></button>
    </li>
  `;
}

/** A colour of the palette by its name; another program's as it wrote it. */
export function Swatch({ color = '' }) {
  const own = color.startsWith('#');
  return html`<span class="swatch" data-colour=${own ? undefined : color} style=${own ? { background: color } : undefined}></span>`;
}
