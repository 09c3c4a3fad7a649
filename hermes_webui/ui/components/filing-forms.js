// Where the list's menu leads to: into which project, with which tags, a project's name and colour.

import { useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { composing } from '../state/commands.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Swatch } from './project-list.js';

const COLOURS = ['teal', 'blue', 'violet', 'pink', 'red', 'orange', 'yellow', 'green', 'grey'];

export function MoveMenu({ rows, close, show }) {
  const { filing, store } = usePage();
  const { projects } = store.list.value;
  const now = rows.every((row) => row.project_id === rows[0].project_id) ? rows[0].project_id ?? null : undefined;
  const move = (id) => {
    close();
    filing.move(rows, id);
  };
  return html`
    <p class="menu-head">${t('list.move')}</p>
    ${projects.map(({ project_id, name, color }) => html`
      <button type="button" role="menuitemradio" tabindex="-1" key=${project_id} aria-checked=${now === project_id ? 'true' : 'false'} onClick=${() => move(project_id)}>
        <${Swatch} color=${color} /><span class="menu-name" dir="auto">${name}</span>${now === project_id && html`<${Icon} name="check" />`}</button>`)}
    ${now && html`<button type="button" role="menuitem" tabindex="-1" onClick=${() => move(null)}><${Icon} name="close" />${t('list.no-project')}</button>`}
    <button type="button" role="menuitem" tabindex="-1" onClick=${() => show('project')}><${Icon} name="plus" />${t('list.project-new')}</button>
  `;
}

/** Tags that all the rows have; words are added, chips taken away. */
export function TagForm({ rows, close }) {
  const { filing } = usePage();
  const field = useRef(null);
  const own = [...new Set(rows.flatMap((row) => row.tags ?? []))];
  const add = (event) => {
    event.preventDefault();
    const words = field.current.value.split(/[\s,，、]+/).map((word) => word.replace(/^[#＃]+/, '')).filter(Boolean);
    field.current.value = '';
    if (words.length) filing.tag(rows, words);
    else close();
  };
  return html`
    <form onSubmit=${add}>
      <label class="menu-head" for="list-tags">${t('list.tags')}</label>
      ${own.length > 0 && html`<span class="tags whole">${own.map((tag) => html`
        <button type="button" class="tag" key=${tag} aria-label=${t('list.tag-remove', { tag })} onClick=${() => {
          filing.tag(rows, [], [tag]);
          field.current.focus();
        }}>${tag}<${Icon} name="close" /></button>`)}</span>`}
      <input id="list-tags" ref=${field} class="field" placeholder=${t('list.tag-add')} maxlength="200" autocomplete="off"
        onKeyDown=${(event) => event.key === 'Escape' && !composing(event) && close()} />
    </form>
  `;
}

/** A new project, for the rows where some are given, or another name and colour for one that there is. */
export function ProjectForm({ rows, project, close }) {
  const { filing } = usePage();
  const field = useRef(null);
  const [color, setColor] = useState(project?.color ?? COLOURS[0]);
  const save = async (event) => {
    event.preventDefault();
    const name = field.current.value.trim();
    if (!name) return field.current.focus();
    close();
    const made = await filing.saveProject({ name, color, project_id: project?.project_id });
    return made && rows.length ? filing.move(rows, made) : null;
  };
  const remove = () => {
    close();
    filing.removeProject(project);
  };
  return html`
    <form onSubmit=${save}>
      <label class="menu-head" for="list-project">${project ? t('list.project') : t('list.project-new')}</label>
      <input id="list-project" ref=${field} class="field" defaultValue=${project?.name ?? ''} placeholder=${t('list.project-name')} maxlength="100"
        autocomplete="off" onKeyDown=${(event) => event.key === 'Escape' && !composing(event) && close()} />
      <fieldset class="colours"><legend class="away">${t('list.colour')}</legend>
        ${COLOURS.map((name) => html`<label key=${name} title=${t(`list.colour-${name}`)}>
          <input type="radio" name="colour" value=${name} checked=${color === name} aria-label=${t(`list.colour-${name}`)} onChange=${() => setColor(name)} />
          <${Swatch} color=${name} /></label>`)}
      </fieldset>
      <div class="form-end">
        ${project && html`<button type="button" class="quiet" onClick=${remove}>${t('list.project-delete')}</button>`}
        <button type="submit" class="primary small">${project ? t('list.save') : t('list.make')}</button>
      </div>
    </form>
  `;
}
