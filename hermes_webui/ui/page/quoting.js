// A small button beside the text that was selected in a reply: it quotes it into the composer.

import { t } from '../words/words.js';

const GAP = 8;

export function watchSelections(quote) {
  const button = made(quote);
  const look = () => {
    const range = selectedIn('.reply');
    if (range) show(button, range.getBoundingClientRect());
    else button.hidden = true;
  };
  document.addEventListener('pointerup', () => setTimeout(look));
  document.addEventListener('keyup', look);
  document.addEventListener('selectionchange', () => { if (getSelection().isCollapsed) button.hidden = true; });
  document.addEventListener('scroll', () => { button.hidden = true; }, { capture: true, passive: true });
  look();
}

function made(quote) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quote-float';
  button.textContent = t('message.quote');
  button.hidden = true;
  button.addEventListener('pointerdown', (event) => event.preventDefault()); // the selection stays
  button.addEventListener('click', () => {
    const text = getSelection().toString();
    button.hidden = true;
    getSelection().removeAllRanges();
    if (text.trim()) quote(text);
  });
  document.body.append(button);
  return button;
}

/** The selection, where all of it lies in one such element. */
function selectedIn(selector) {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.toString().trim()) return null;
  const [from, to] = [selection.anchorNode, selection.focusNode].map((node) => node?.parentElement?.closest(selector));
  return from && from === to ? selection.getRangeAt(0) : null;
}

function show(button, { top, bottom, left, width }) {
  button.hidden = false;
  const own = button.getBoundingClientRect();
  const above = top - own.height - GAP;
  button.style.top = `${above >= GAP ? above : Math.min(bottom + GAP, innerHeight - own.height - GAP)}px`;
  button.style.left = `${Math.max(GAP, Math.min(left + width / 2 - own.width / 2, innerWidth - own.width - GAP))}px`;
}
