// Clicks on what is drawn without components: one listener for the conversation, a verb in each button.

import { copy, unfold, wrap } from './code.js';
import { goToNote } from './notes.js';

const DOES = {
  copy, wrap, unfold,
  picture: async (button) => (await import('./picture.js')).load(button),
  source: async (button) => (await import('./diagram.js')).toggleSource(button),
  enlarge: async (button) => (await import('./diagram.js')).enlarge(button),
};

/** A listener; `page` is what a verb may need of it. */
export const clicksIn = (page) => (event) => {
  const note = event.target.closest?.('.note-mark a, .note-label a');
  if (note) return goToNote(event, note);
  const button = event.target.closest?.('button[data-does]');
  return button && DOES[button.dataset.does](button, page);
};
