// Clicks on what is drawn without components: one listener for the conversation, a verb in each button.

const DOES = {
  copy: async (button) => (await import('./code.js')).copy(button),
  wrap: async (button, page) => (await import('./code.js')).wrap(button, page),
  unfold: async (button) => (await import('./code.js')).unfold(button),
  picture: async (button) => (await import('./picture.js')).load(button),
  source: async (button) => (await import('./diagram.js')).toggleSource(button),
  enlarge: async (button) => (await import('./diagram.js')).enlarge(button),
};

/** A listener; `page` is what a verb may need of it. */
export const clicksIn = (page) => (event) => {
  const note = event.target.closest?.('.note-mark a, .note-label a');
  if (note) {
    event.preventDefault();
    return import('./notes.js').then(({ goToNote }) => goToNote(note));
  }
  const button = event.target.closest?.('button[data-does]');
  return button && DOES[button.dataset.does](button, page);
};
