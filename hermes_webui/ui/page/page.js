// The shell: makes the parts, hands them to one another, listens to the world. Components get it through a context.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { effect, signal } from '@preact/signals';
import { Api } from '../net/api.js';
import { BrowserStorage, areaOf } from '../net/storage.js';
import { EventStream } from '../net/stream.js';
import { GRACE_MS } from '../state/link.js';
import { t } from '../words/words.js';
import { Agents } from './agents.js';
import { Answering } from './answering.js';
import { Commands } from './commands.js';
import { Mirror } from '../net/mirror.js';
import { Vault } from '../net/vault.js';
import { Attaching } from './attaching.js';
import { Directory } from './directory.js';
import { Drafting } from './drafting.js';
import { Drawing } from './drawing.js';
import { Exporting } from './exporting.js';
import { Filing } from './filing.js';
import { addMessageCommands } from './message-commands.js';
import { Messages } from './messages.js';
import { Models } from './models.js';
import { Notifying } from './notifying.js';
import { keepOffline } from './offline.js';
import { addOwnCommands } from './own-commands.js';
import { Panels } from './panels.js';
import { Places } from './places.js';
import { Preferences } from './preferences.js';
import { Prompting } from './prompting.js';
import { Purging } from './purging.js';
import { addReadingCommands } from './reading-commands.js';
import { Reading } from './reading.js';
import { Recall } from './recall.js';
import { Router } from './router.js';
import { Sending } from './sending.js';
import { SidebarState } from './sidebar.js';
import { Store } from './store.js';
import { Toasts } from './toasts.js';
import { Version } from './version.js';
import { Workspace } from './workspace.js';

export const PageContext = createContext(null);
export const usePage = () => useContext(PageContext);

export class Page {
  #boot = null;
  #lost = false;
  /** The server has been away for longer than a moment: nothing that it does may be shown as going on. */
  absent = signal(false);

  constructor() {
    this.toasts = new Toasts();
    const storage = new BrowserStorage(areaOf(() => localStorage), () => this.toasts.add(t('app.not-kept')));
    this.storage = storage;
    this.store = new Store();
    this.api = new Api(fetch.bind(globalThis), () => this.store.dispatch({ type: 'login.needed' }), globalThis.early);
    this.version = new Version(this);
    this.preferences = new Preferences(storage);
    this.commands = new Commands(storage);
    this.panels = new Panels(this);
    this.sidebar = new SidebarState(this);
    this.workspace = new Workspace(this, storage);
    this.directory = new Directory(this);
    this.filing = new Filing(this);
    this.purging = new Purging(this, storage);
    this.models = new Models(this, storage);
    this.drawing = new Drawing();
    this.drafting = new Drafting(this, storage);
    this.recall = new Recall(this, storage);
    const vault = new Vault(() => indexedDB);
    this.attaching = new Attaching(this, storage, vault);
    this.sending = new Sending(this, storage, new Mirror(storage, vault));
    this.prompting = new Prompting(this);
    this.places = new Places(this);
    this.reading = new Reading(this);
    this.messages = new Messages(this);
    this.agents = new Agents(this);
    this.answering = new Answering(this);
    this.router = new Router(this);
    this.exporting = new Exporting(this);
    this.notifying = new Notifying(this);
    addOwnCommands(this);
    addReadingCommands(this);
    addMessageCommands(this);
    this.stream = new EventStream({
      place: () => this.#place(), receive: (event) => this.#receive(event), away: (attempts) => this.#away(attempts),
    });
  }

  /** Resolves when the list and what the address names are here, or have failed to come. */
  start() {
    this.reading.watch();
    this.messages.watch();
    this.commands.listen();
    this.version.watch();
    effect(() => { if (this.store.list.value.outdated) queueMicrotask(() => this.directory.load()); });
    effect(() => this.#watchAbsence(this.store.link.value.state === 'away'));
    addEventListener('online', () => this.stream.nudge());
    addEventListener('visibilitychange', () => { if (!document.hidden) this.stream.nudge(); });
    this.directory.watch();
    this.drawing.watch(this);
    const opened = this.router.start();
    const here = [opened, this.directory.load(), this.store.conversation.peek().sessionId && this.drawing.fetch()];
    this.models.watch();
    this.api.begun();
    keepOffline();
    return Promise.allSettled(here);
  }

  async login(password) {
    await this.api.post('/api/login', { password });
    this.store.dispatch({ type: 'login.done' });
    await this.reading.open(this.store.conversation.peek().sessionId);
  }

  /** The server forgets this browser; what is only in it (drafts, what waits to be sent) stays. */
  async logout() {
    await this.ask('/api/logout', {});
    location.assign('/');
  }

  /** A request whose failure is told in a toast; null then. One that found no server can be asked again from there. */
  ask(path, body) {
    return this.api.post(path, body).catch((error) => {
      const again = { name: t('app.again'), run: () => this.ask(path, body) };
      this.toasts.add(error.message, error.status === 0 ? again : null);
      return null;
    });
  }

  #place() {
    const { conversation, link } = this.store;
    if (link.peek().login) return null;
    this.store.flush();
    const { sessionId, cursor, loaded } = conversation.peek();
    return sessionId && loaded ? { session_id: sessionId, after: cursor } : {};
  }

  #receive(event) {
    this.store.receive(event);
    if (event.type === 'hello') this.#greeted(event);
    if (event.type === 'purged') this.purging.forget(event.session_id);
  }

  #greeted({ boot }) {
    this.sending.deliverAll();
    this.attaching.retryAll();
    if (this.#lost || this.#boot !== boot) this.reading.again();
    this.#lost = false;
    if (!this.store.list.peek().loaded) this.directory.load();
    if (this.#boot !== boot) this.#newServer();
    this.#boot = boot;
  }

  /** It may have recovered something, and offer other models than the one before. */
  #newServer() {
    this.api.get('/health').then((health) => this.#healthy(health), () => null);
    if (this.#boot !== null || !this.models.providers.peek().length) this.models.load();
  }

  /** An EventSource does not say why it failed: a request does (no password yet, say). */
  #away(attempts) {
    this.#lost = true;
    this.store.dispatch({ type: 'link.away', at: Date.now() });
    if (attempts === 0) this.api.get('/api/sessions', { limit: 1 }).catch(() => null);
  }

  #watchAbsence(away) {
    const timer = away ? setTimeout(() => { this.absent.value = true; }, GRACE_MS) : 0;
    if (!away) this.absent.value = false;
    return () => clearTimeout(timer);
  }

  #healthy({ version, store }) {
    this.store.dispatch({ type: 'health', version, recovered: store?.recovered });
  }
}
