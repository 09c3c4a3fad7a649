// The server's settings as the page knows them. Made when the settings are first opened.

import { signal } from '@preact/signals';

export class ServerSettings {
  #page;
  /** What `GET /api/settings` says, or null. */
  told = signal(null);
  about = signal(null);
  engines = signal([]);
  /** Why they could not be had: an ApiError, or null. */
  error = signal(null);

  constructor(page) {
    this.#page = page;
  }

  async load() {
    const { api } = this.#page;
    try {
      const [told, { engines }] = await Promise.all([api.get('/api/settings'), api.get('/api/engines')]);
      Object.assign(this.told, { value: told });
      this.engines.value = engines;
      this.error.value = null;
    } catch (error) {
      this.error.value = error;
    }
  }

  async loadAbout() {
    this.about.value = await this.#page.api.get('/api/about').catch((error) => {
      this.error.value = error;
      return null;
    });
  }

  /** Changes something; raises the ApiError with its sentence. The models are asked for again where they may differ. */
  async change(what, body) {
    const told = await this.#page.api.post(`/api/settings/${what}`, body);
    this.told.value = told;
    if (!['titles', 'password', 'hermes'].includes(what)) await this.#page.models.load();
    return told;
  }

  /** `{ok, code, message, models}`; not reached counts as an answer too. What is listed beside it is as new. */
  async test(body) {
    const told = await this.#page.api.post('/api/providers/test', body).catch((error) => ({ ok: false, code: 'error', message: error.message, models: 0 }));
    this.#page.models.load();
    return told;
  }
}
