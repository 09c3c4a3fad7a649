// A code block: its language, a button that copies it, and its text. Colours come later, and change no size.

/** The same element for a block that is finished and for one that is still being written. */
export function codeFigure(language, text) {
  const figure = element('div', { class: 'code' });
  const bar = element('div', { class: 'code-bar' });
  bar.append(element('span', {}, language || 'text'), element('button', { type: 'button', 'data-copy': '' }, 'Copy'));
  const pre = element('pre', { tabindex: '0' });
  pre.append(element('code', language ? { 'data-language': language.toLowerCase() } : {}, text));
  figure.append(bar, pre);
  return figure;
}

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A click on a code block's button, wherever in the conversation it happens. */
export async function copyClicked(event) {
  const button = event.target.closest?.('button[data-copy]');
  if (!button) return;
  const done = await copyText(button.closest('.code').querySelector('code').textContent);
  button.textContent = done ? 'Copied' : 'Not copied';
  setTimeout(() => { button.textContent = 'Copy'; }, 1600);
}

/** Whether it is on the clipboard; a browser offers one only to https and to this machine. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const area = element('textarea', { class: 'away', 'aria-hidden': 'true' });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
