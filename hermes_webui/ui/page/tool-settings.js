// What may be done without a question, MCP servers, personalities and agents, as the server has them. Made when the settings
// are first opened. Env and headers go in and never come out.

import { signal } from '@preact/signals';

const PARTS = { approvals: '/api/approvals', mcp: '/api/mcp', personalities: '/api/personalities', agents: '/api/agents' };

export class ToolSettings {
  #page;
  /** What each of them is, or null; and why it could not be had (an ApiError, or null). */
  told = Object.fromEntries(Object.keys(PARTS).map((name) => [name, signal(null)]));
  errors = Object.fromEntries(Object.keys(PARTS).map((name) => [name, signal(null)]));

  constructor(page) {
    this.#page = page;
  }

  /** A part with its way to ask for it again, as `Closed` takes it. */
  part(name) {
    return { error: this.errors[name], load: () => this.load(name) };
  }

  async load(name) {
    try {
      this.told[name].value = await this.#page.api.get(PARTS[name]);
      this.errors[name].value = null;
    } catch (error) {
      this.errors[name].value = error;
    }
  }

  /** Changes something of a part and asks for it again; raises the ApiError with its sentence. */
  async change(name, path, body) {
    const answer = await this.#page.api.post(path, body);
    await this.load(name);
    return answer;
  }

  /** Starts something to see whether it answers, which may take minutes, and asks for the part again. */
  async test(name, path, body) {
    const answer = await this.#page.api.patiently(path, body);
    await this.load(name);
    return answer;
  }

  /** `{mode}` or `{allow}`. */
  async choose(wish) {
    this.told.approvals.value = await this.#page.api.post('/api/approvals', wish);
  }

  /** Asks something that changes nothing here, and may take minutes. */
  ask(path, body) {
    return this.#page.api.patiently(path, body);
  }
}
