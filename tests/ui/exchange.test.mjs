// One connection for all tabs: each tab gets what follows its own place, exactly once, whatever comes and goes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange } from '../../hermes_webui/ui/net/exchange.js';
import { advanced, isBehind, placeOf } from '../../hermes_webui/ui/state/feed.js';

/** Random numbers that are the same in every run. */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

/** Time that passes when it is told to. */
class Clock {
  #planned = [];
  #now = 0;

  after = (ms, run) => {
    const entry = { at: this.#now + ms, run };
    this.#planned.push(entry);
    return () => { this.#planned = this.#planned.filter((one) => one !== entry); };
  };

  pass(ms) {
    this.#now += ms;
    for (let due = this.#due(); due; due = this.#due()) {
      this.#planned = this.#planned.filter((one) => one !== due);
      due.run();
    }
  }

  #due = () => this.#planned.filter((one) => one.at <= this.#now).sort((one, other) => one.at - other.at)[0];
}

/** A server of sessions, each a list of things told: an event or a delta, with the place after it. */
class Server {
  sessions = new Map();
  sources = [];
  opened = 0;

  log(id) {
    if (!this.sessions.has(id)) this.sessions.set(id, { seq: 0, open: '', told: [] });
    return this.sessions.get(id);
  }

  say(id, text) {
    const log = this.log(id);
    const offset = log.open.length;
    log.open += text;
    this.#tell(log, { type: 'delta', session_id: id, run_id: 'r', kind: 'text', offset, text }, `${log.seq}.${log.open.length}`);
  }

  event(id, type, data = {}) {
    const log = this.log(id);
    log.seq += 1;
    if (type === 'message.added') log.open = '';
    const cursor = log.open ? `${log.seq}.${log.open.length}` : String(log.seq);
    this.#tell(log, { type, session_id: id, seq: log.seq, data }, cursor);
  }

  reply(id) {
    this.event(id, 'message.added', { message: { role: 'assistant', content: this.log(id).open } });
  }

  #tell(log, event, cursor) {
    log.told.push({ event, cursor });
    for (const source of this.live) if (source.follows.has(event.session_id)) source.send(event, cursor);
  }

  get live() {
    return this.sources.filter((source) => source.readyState === 1);
  }

  open = (url) => {
    const follows = new Map(new URLSearchParams(url.split('?')[1] ?? '').getAll('follow').map((each) => each.split('@')));
    const source = { readyState: 0, follows, close() { this.readyState = 2; } };
    source.send = (event, cursor) => {
      if (cursor) source.last = cursor; // an event without an id repeats the last one, as in a browser
      source.onmessage({ data: JSON.stringify(event), lastEventId: source.last ?? '' });
    };
    this.sources = [...this.live, source];
    this.opened += 1;
    return source;
  };

  /** Connections that are being made are made. */
  accept() {
    for (const source of this.sources.filter((one) => one.readyState === 0)) {
      source.readyState = 1;
      source.onopen();
      source.send({ type: 'hello', boot: 'b', list_version: 1, ui: 'u', writable: true });
      for (const [id, cursor] of source.follows) this.#replay(source, id, cursor);
    }
  }

  /** As the real one does: the events that were missed, then the open message's text in one piece. */
  #replay(source, id, cursor) {
    let place = placeOf(cursor);
    for (const { event } of this.log(id).told) {
      if (event.type === 'delta' || event.seq <= place.seq) continue;
      place = { seq: event.seq, offset: event.type === 'message.added' ? 0 : place.offset };
      source.send(event, place.offset ? `${place.seq}.${place.offset}` : String(place.seq));
    }
    const { open, seq } = this.log(id);
    if (open.length <= place.offset) return;
    const rest = { type: 'delta', session_id: id, run_id: 'r', kind: 'text', offset: place.offset, text: open.slice(place.offset) };
    source.send(rest, `${seq}.${open.length}`);
  }

  cut() {
    for (const source of this.live) {
      source.readyState = 2;
      source.onerror();
    }
  }
}

/** A tab: it folds what it is told, and finds fault with a gap or a repetition. */
class Tab {
  messages = [];
  hellos = 0;

  constructor(exchange, server) {
    this.exchange = exchange;
    this.server = server;
  }

  /** As a page that has just loaded the session, perhaps a moment ago. */
  look(id, ago = 0) {
    const told = this.server.log(id).told;
    const { cursor } = told[told.length - 1 - ago] ?? { cursor: '0' };
    this.id = id;
    this.place = placeOf(cursor);
    this.follow();
  }

  follow() {
    const { seq, offset } = this.place;
    this.exchange.follow(this, { session_id: this.id, after: `${seq}.${offset}` }, (message) => this.#hear(message));
  }

  #hear({ event }) {
    if (!event) return;
    if (event.type === 'hello') { this.hellos += 1; return; }
    assert.equal(event.session_id, this.id);
    const next = advanced(this.place, event);
    assert.notEqual(next, this.place, 'told twice');
    if (event.type === 'delta') assert.ok(event.offset <= this.place.offset, 'a piece is missing');
    else assert.equal(event.seq, this.place.seq + 1, 'an event is missing');
    this.place = next;
  }
}

function made() {
  const [server, clock] = [new Server(), new Clock()];
  return { server, clock, exchange: new Exchange({ open: server.open, after: clock.after }) };
}

function settle(server, clock) {
  clock.pass(3000);
  server.accept();
}

test('whatever comes and goes, each tab is told what follows its place, once', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const { server, clock, exchange } = made();
    const roll = dice(seed);
    const tabs = Array.from({ length: 4 }, () => new Tab(exchange, server));
    const any = (list) => list[roll(list.length)];
    const steps = [
      () => server.say(any(['a', 'b']), 'text'), () => server.say('a', 'x'), () => server.event(any(['a', 'b']), 'session.changed'),
      () => server.reply(any(['a', 'b'])), () => any(tabs).look(any(['a', 'b']), roll(4)), () => server.cut(),
      () => clock.pass(roll(400)), () => server.accept(), () => exchange.leave(any(tabs)), () => exchange.park(any(tabs)),
      () => clock.pass(20_000),
    ];
    for (let step = 0; step < 120; step++) any(steps)();
    for (const tab of tabs) if (tab.id) tab.follow();
    settle(server, clock);
    for (const tab of tabs.filter((one) => one.id)) {
      const { seq, open } = server.log(tab.id);
      assert.deepEqual(tab.place, { seq, offset: open.length }, `seed ${seed}`);
    }
    assert.equal(server.live.length, tabs.some((one) => one.id) ? 1 : 0);
  }
});

test('tabs that come at once cost one connection, and one that joins it costs none', () => {
  const { server, clock, exchange } = made();
  const tabs = Array.from({ length: 10 }, () => new Tab(exchange, server));
  tabs.forEach((tab, at) => tab.look(`s${at}`));
  settle(server, clock);
  assert.equal(server.opened, 1);
  const eleventh = new Tab(exchange, server);
  eleventh.look('s3');
  assert.equal(server.opened, 1);
  assert.equal(eleventh.hellos, 1);
});

test('a new connection greets again only where something was missed', () => {
  const { server, clock, exchange } = made();
  const [one, other] = [new Tab(exchange, server), new Tab(exchange, server)];
  one.look('a');
  settle(server, clock);
  other.look('b');
  settle(server, clock);
  assert.deepEqual([server.opened, one.hellos, other.hellos], [2, 1, 1]);
  server.cut();
  settle(server, clock);
  assert.deepEqual([one.hellos, other.hellos], [2, 2]);
});

test('a hidden tab is sent nothing of its session after a while, and nobody is left with a connection', () => {
  const { server, clock, exchange } = made();
  const tab = new Tab(exchange, server);
  tab.look('a');
  settle(server, clock);
  exchange.park(tab);
  clock.pass(20_000);
  clock.pass(20_000);
  server.accept();
  assert.deepEqual([...server.live[0].follows], []);
  server.event('a', 'session.changed');
  assert.equal(tab.place.seq, 0);
  tab.follow();
  settle(server, clock);
  assert.equal(tab.place.seq, 1);
  exchange.leave(tab);
  assert.equal(server.live.length, 0);
});

test('places are in the order of the stream', () => {
  assert.ok(isBehind(placeOf('3.9'), placeOf('4')));
  assert.ok(!isBehind(placeOf('4.1'), placeOf('4')));
  const late = { type: 'delta', cursor: '3.20', offset: 0, text: 'x'.repeat(20) };
  const place = placeOf('4');
  assert.equal(advanced(place, late), place, 'of a message that is whole already');
});
