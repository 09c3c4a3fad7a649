// Files that are dragged over the page can be dropped anywhere on the conversation.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { toComposer } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const hasFiles = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes('Files');

export function DropZone() {
  const { attaching } = usePage();
  const over = useDragged((files) => {
    attaching.add(files);
    toComposer();
  });
  return over && html`<div class="drop"><p><${Icon} name="attach" />${t('composer.drop')}</p></div>`;
}

/** Without folders, which browsers hand out as files that cannot be read. */
const filesIn = ({ items }) => [...items]
  .filter((item) => item.kind === 'file' && !item.webkitGetAsEntry?.()?.isDirectory)
  .map((item) => item.getAsFile());

/** Whether files are dragged over the window. A file that is dropped beside would replace the page: it never does. */
function useDragged(dropped) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const listeners = listenersOf(setOver, dropped);
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
    return () => { for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener); };
  }, []);
  return over;
}

const listenersOf = (setOver, dropped) => ({
  dragenter: (event) => { if (hasFiles(event)) setOver(true); },
  dragover: (event) => { if (hasFiles(event)) event.preventDefault(); },
  dragleave: ({ relatedTarget }) => { if (!relatedTarget) setOver(false); },
  drop: (event) => {
    setOver(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (!event.target.closest?.('dialog, .sidebar, .workspace')) dropped(filesIn(event.dataTransfer));
  },
});
