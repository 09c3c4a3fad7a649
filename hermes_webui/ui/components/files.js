// The files of a prompt that was sent: pictures are shown, with their place reserved; PDFs are opened over the page; the rest
// can be saved.

import { usePage } from '../page/page.js';
import { addressOf, isImage, isPdf, sizeOf } from '../state/attachments.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { styled } from './styled.js';

export function Files({ files }) {
  if (!files?.length) return null;
  return html`<ul class="files" aria-label=${t('composer.files', { count: files.length })}>
    ${files.map((file, at) => html`<li key=${file.id ?? at}><${File} file=${typeof file === 'string' ? { name: file } : file} /></li>`)}
  </ul>`;
}

/** One that another program attached has no content here: only its name is shown. */
function File({ file }) {
  const { attaching } = usePage();
  const address = file.id ? addressOf(file) : attaching.picture(file.key);
  if (address && isImage(file)) return html`<${Picture} file=${file} address=${address} />`;
  const face = html`<${Icon} name="file" /><span class="file-name" dir="auto">${file.name}</span>
    ${file.size > 0 && html`<span class="file-size">${sizeOf(file.size)}</span>`}`;
  if (!file.id) return html`<span class="file-chip">${face}</span>`;
  if (isPdf(file)) return html`<button type="button" class="file-chip" title=${t('composer.open-file', { name: file.name })} onClick=${() => showPdf(address, file.name)}>${face}</button>`;
  return html`<a class="file-chip" href=${address} download=${file.name} title=${t('composer.save-file', { name: file.name })}>${face}</a>`;
}

async function showPdf(address, name) {
  const lightbox = await styled('composer-late', import('./lightbox.js'));
  await lightbox.showPdf(address, name);
}

function Picture({ file, address }) {
  const open = async () => {
    const { show } = await styled('composer-late', import('./lightbox.js'));
    show(address, file.name);
  };
  return html`
    <button type="button" class="file-picture" aria-label=${t('composer.enlarge', { name: file.name })} onClick=${open}>
      <img src=${address} alt=${file.name} width=${file.width} height=${file.height} loading="lazy" decoding="async" />
    </button>
  `;
}
