// The parts of the panel: files, changes, terminal. Arrow keys go from one to the next.

import { useCabinet } from './cabinet.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { t } from '../../words/words.js';

const TABS = {
  files: () => ['file', t('workspace.files')],
  changes: () => ['branch', t('workspace.changes')],
  terminal: () => ['terminal', t('workspace.terminal')],
};

/** A file that lies over the list goes, so that one sees what was chosen; what is not saved of it stays. */
function turnTo(cabinet, view) {
  const list = document.querySelector('.ws-list');
  if (list && !list.checkVisibility()) cabinet.paper.close();
  cabinet.view.value = view;
}

export function Tabs() {
  const cabinet = useCabinet();
  const view = cabinet.view.value;
  const count = cabinet.changes.count.value;
  const names = Object.keys(TABS).filter((name) => name !== 'terminal' || cabinet.folders.terminal);
  const step = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const next = names[(names.indexOf(view) + by * (document.dir === 'rtl' ? -1 : 1) + names.length) % names.length];
    turnTo(cabinet, next);
    event.currentTarget.querySelector(`#ws-tab-${next}`).focus();
  };
  return html`
    <div class="ws-tabs" role="tablist" aria-label=${t('workspace.title')} onKeyDown=${step}>
      ${names.map((name) => html`<${Tab} key=${name} name=${name} chosen=${name === view} count=${name === 'changes' ? count : 0} />`)}
    </div>
  `;
}

function Tab({ name, chosen, count }) {
  const cabinet = useCabinet();
  const [icon, words] = TABS[name]();
  return html`
    <button type="button" role="tab" id=${`ws-tab-${name}`} aria-selected=${chosen ? 'true' : 'false'} tabindex=${chosen ? 0 : -1}
      onClick=${() => turnTo(cabinet, name)}>
      <${Icon} name=${icon} />${words}${count > 0 && html`<span class="ws-count">${count}</span>`}</button>
  `;
}
