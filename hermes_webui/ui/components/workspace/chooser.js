// The folder of a conversation is chosen: one of the roots, one below them, or one that was used lately.

import { useEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { nameOf } from '../../state/paths.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { useCabinet } from './cabinet.js';

/** Nothing is chosen yet: what a folder is good for, and one click to have one. */
export function NoFolder() {
  const { store } = usePage();
  const cabinet = useCabinet();
  const { told, error } = cabinet.folders;
  const start = told.value?.default;
  const recent = cabinet.folders.recent.filter((path) => path !== start).slice(0, 3);
  if (!store.standing.value.loaded) return html`<div class="ws-empty" aria-busy="true"><span class="pulse"></span></div>`;
  return html`
    <div class="ws-empty">
      <${Icon} name="folder" /><h2>${t('workspace.none')}</h2><p>${t('workspace.none-words')}</p>
      ${start && html`<p>${t('workspace.none-default', { name: nameOf(start) })}</p>`}
      ${error.value && html`<p class="ws-fault" role="alert">${error.value.message}</p>`}
      <div class="ws-ways">
        ${start && html`<${Way} path=${start} primary />`}
        ${recent.map((path) => html`<${Way} key=${path} path=${path} />`)}
        <button type="button" class="secondary" onClick=${() => { cabinet.choosing.value = true; }}>${t('workspace.choose-other')}</button>
      </div>
    </div>
  `;
}

function Way({ path, primary }) {
  const { folders } = useCabinet();
  return html`<button type="button" class=${primary ? 'primary' : 'secondary'} title=${path} onClick=${() => folders.choose(path)}>
    <${Icon} name="folder" />${t('workspace.use', { name: nameOf(path) || path })}</button>`;
}

export function Chooser() {
  const cabinet = useCabinet();
  const { folders } = cabinet;
  const [query, setQuery] = useState('');
  const field = useRef(null);
  useEffect(() => {
    folders.load();
    folders.look(null);
    if (matchMedia('(hover: hover)').matches) field.current.focus();
  }, []);
  const go = (path) => {
    setQuery('');
    folders.look(path);
    field.current.focus();
  };
  return html`
    <section class="ws-chooser" aria-label=${t('workspace.choose')} onKeyDown=${(event) => leave(event, cabinet)}>
      <div class="ws-search"><${Icon} name="search" /><input ref=${field} type="search" value=${query} aria-label=${t('workspace.filter-folders')}
        placeholder=${t('workspace.filter-folders')} onInput=${({ target }) => setQuery(target.value)} /></div>
      ${folders.error.value && html`<p class="ws-fault" role="alert">${folders.error.value.message}</p>`}
      <${Listed} query=${query} go=${go} />
    </section>
  `;
}

function leave(event, cabinet) {
  if (event.key !== 'Escape') return;
  event.preventDefault();
  cabinet.choosing.value = false;
  document.querySelector('.ws-folder').focus();
}

/** The roots and those that were used lately; else what lies in the folder that one looks into. */
function Listed({ query, go }) {
  const { folders } = useCabinet();
  const { workspace: { root: { value: root } }, panels } = usePage();
  const inside = folders.inside.value;
  const listed = folders.listed(query);
  return html`
    <div class="ws-scroll">
      ${inside ? html`<${Place} inside=${inside} go=${go} chosen=${inside.path === root} />` : html`
        ${!query && html`<${Lately} chosen=${root} go=${go} />`}<h3>${t('workspace.roots')}</h3>`}
      <ul>${listed.map((folder) => html`<${Row} key=${folder.path} ...${folder} whole=${!inside} chosen=${folder.path === root} go=${go} />`)}</ul>
      ${!listed.length && folders.told.value && html`<p class="ws-none">${t(query ? 'workspace.no-such-folder' : 'workspace.no-folders')}</p>`}
      ${!inside && html`<p class="ws-none"><button type="button" class="link" onClick=${() => panels.settings('workspace')}>${t('workspace.more-folders')}</button></p>`}
    </div>
  `;
}

/** Where one is: the way up, and this folder itself. */
function Place({ inside, go, chosen }) {
  const { folders } = useCabinet();
  const isRoot = folders.told.value?.roots.some(({ path }) => path === inside.path);
  return html`
    <div class="ws-place">
      <button type="button" class="quiet" aria-label=${t('workspace.up')} title=${t('workspace.up')} onClick=${() => go(isRoot ? null : inside.parent ?? null)}>
        <${Icon} name="left" /></button>
      <strong title=${inside.path}>${nameOf(inside.path) || inside.path}</strong>
      <button type="button" class="primary small" disabled=${chosen} onClick=${() => folders.choose(inside.path)}>${t('workspace.use-this')}</button>
    </div>
  `;
}

function Lately({ chosen, go }) {
  const { folders } = useCabinet();
  const recent = folders.recent.filter((path) => path !== chosen);
  if (!recent.length) return null;
  return html`<h3>${t('workspace.recent')}</h3>
    <ul>${recent.map((path) => html`<${Row} key=${path} name=${nameOf(path)} path=${path} whole go=${go} />`)}</ul>`;
}

/** `whole`: the path is told beside the name, where names alone could mean several. */
function Row({ name, path, chosen, whole, go }) {
  const { folders } = useCabinet();
  return html`
    <li class=${`ws-choice ${chosen ? 'chosen' : ''}`}>
      <button type="button" class="ws-into" title=${path} aria-label=${t('workspace.look-into', { name: name || path })} onClick=${() => go(path)}>
        <${Icon} name="folder" /><span dir="auto">${name || path}${whole && html`<small dir="ltr">${path}</small>`}</span><${Icon} name="right" /></button>
      ${chosen ? html`<span class="ws-chosen"><${Icon} name="check" />${t('workspace.in-use')}</span>`
        : html`<button type="button" class="secondary small" aria-label=${t('workspace.use', { name: name || path })} onClick=${() => folders.choose(path)}>${t('workspace.use-short')}</button>`}
    </li>
  `;
}
