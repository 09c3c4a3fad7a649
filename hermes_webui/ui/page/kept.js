// What the server keeps for a person (schedules, profiles, prompts), as a section of the settings knows it.

import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { usePage } from './page.js';

export class Kept {
  #page;
  #path;
  /** What the server says of it, or null. */
  told = signal(null);
  /** Why it could not be had: an ApiError, or null. */
  error = signal(null);

  constructor(page, path) {
    this.#page = page;
    this.#path = path;
  }

  async load(params = {}) {
    try {
      this.told.value = await this.#page.api.get(this.#path, params);
      this.error.value = null;
    } catch (error) {
      this.error.value = error;
    }
  }

  /** Changes something; raises the ApiError with its sentence. */
  async change(what, body) {
    const told = await this.#page.api.post(`${this.#path}/${what}`, body);
    this.told.value = { ...this.told.peek(), ...told };
    return told;
  }
}

export function useKept(path) {
  const page = usePage();
  const kept = useMemo(() => new Kept(page, path), []);
  useEffect(() => { kept.load(); }, []);
  return kept;
}

/** What another part of this server says, or null where it does not: not every server has it. */
export function useTold(path) {
  const page = usePage();
  const kept = useMemo(() => new Kept(page, path), []);
  useEffect(() => { kept.load(); }, []);
  return kept.told.value;
}
