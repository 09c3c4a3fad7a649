// The whole conversation elsewhere: on the clipboard, or as a file. The server writes it; the page may hold only a part.

import { copyText } from '../render/clipboard.js';
import { t } from '../words/words.js';

export class Exporting {
  #page;

  constructor(page) {
    this.#page = page;
  }

  async copy({ session_id }) {
    const { api, toasts } = this.#page;
    try {
      const text = await api.text('/api/session/export', { session_id, format: 'markdown' });
      toasts.add(t((await copyText(text)) ? 'conversation.copied' : 'conversation.not-copied'));
    } catch (error) {
      toasts.add(error.message);
    }
  }

  save({ session_id }, format) {
    const link = document.createElement('a');
    link.href = `/api/session/export?${new URLSearchParams({ session_id, format })}`;
    link.download = '';
    link.click();
  }
}
