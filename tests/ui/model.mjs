// A small model of the server: it keeps a conversation by its own rules and tells what `GET /api/session` would answer
// at any moment. The reducer is checked against it; the two share no code.

const codePoints = (text) => [...text];

export class ModelServer {
  constructor(sessionId = 's1') {
    this.id = sessionId;
    this.seq = 0;
    this.events = [];
    this.nodes = [];
    this.open = null;
    this.run = null;
    this.queue = [];
    this.held = false;
    this.lastRun = null;
    this.title = 'New chat';
    this.asked = [];
    this.plan = null;
    this.outputs = {};
  }

  /** What `GET /api/session` would answer now. */
  answer() {
    const parts = this.open?.parts.map((part) => [...part]) ?? [];
    return structuredClone({
      session_id: this.id, title: this.title, model: 'demo', revision: this.seq, message_count: this.nodes.length,
      active_stream_id: this.run, is_streaming: Boolean(this.run), last_run: this.lastRun,
      queue: this.queue.map(({ queue_id, run_id, content }) => ({ queue_id, run_id, content })), queue_held: this.held,
      messages: this.nodes, tool_calls: [], draft: { text: '', revision: 0 },
      open: this.run && { run_id: this.run, parts, offset: this.open?.offset ?? 0, outputs: this.outputs },
      asked: this.asked, plan: this.plan,
      cursor: this.#cursor(),
      _messages_truncated: false, _messages_offset: 0,
    });
  }

  #cursor() {
    return this.open ? `${this.seq}.${this.open.offset}` : String(this.seq);
  }

  #log(type, data) {
    this.seq += 1;
    this.events.push({ type, session_id: this.id, seq: this.seq, at: 1, data, cursor: this.#cursor() });
  }

  message(message, extra = {}) {
    const id = `m${this.nodes.length + 1}`;
    const parent = this.nodes.at(-1)?.id ?? null;
    this.nodes.push({ ...message, id, parent, ...(extra.run_id ? { run_id: extra.run_id } : {}) });
    if (message.role !== 'user') this.open = null;
    delete this.outputs[message.tool_call_id];
    this.queue = this.queue.filter((item) => item.run_id !== extra.run_id);
    const { key, ...rest } = message;
    this.#log('message.added', { id, parent, depth: 1, turn: 1, ...extra, ...(key ? { key } : {}), message: rest });
  }

  prompt(content, run_id, key) {
    if (!this.run && (!this.held || this.lastRun.state === 'cancelled')) return this.message({ role: 'user', content, timestamp: 1, key }, { run_id });
    const item = { queue_id: `q-${run_id}`, run_id, content, key };
    this.queue.push(item);
    this.#log('run.queued', { queue_id: item.queue_id, run_id, message: { role: 'user', content, key } });
  }

  start(run_id) {
    this.run = run_id;
    this.held = false;
    this.queue = this.queue.filter((item) => item.run_id !== run_id);
    this.#log('run.started', { run_id, epoch: 1, model: 'demo' });
  }

  delta(kind, text) {
    this.open ??= { run_id: this.run, parts: [], offset: 0 };
    const offset = this.open.offset;
    if (this.open.parts.at(-1)?.[0] === kind) this.open.parts.at(-1)[1] += text;
    else this.open.parts.push([kind, text]);
    this.open.offset += codePoints(text).length;
    this.events.push({ type: 'delta', session_id: this.id, run_id: this.run, kind, offset, text, cursor: this.#cursor() });
  }

  reply(extra = {}) {
    const of = (kind) => (this.open?.parts ?? []).filter((part) => part[0] === kind).map((part) => part[1]).join('');
    this.message({ role: 'assistant', content: of('text'), reasoning: of('reasoning'), timestamp: 2, ...extra }, { run_id: this.run });
  }

  /** Fields that have their default are left out of events, not of the answer. */
  ask(call_id, options = [{ id: 'allow', label: 'Allow', kind: 'allow_once' }]) {
    const data = { request_id: `q-${call_id}`, run_id: this.run, title: 'May I?', options, call: { call_id, name: 'look' } };
    this.asked.push({ ...data, kind: 'permission', schema: null, asked_at: 1, deadline: null, survives: false });
    this.#log('approval.requested', data);
  }

  answered(call_id, choice = 'allow') {
    this.asked = this.asked.filter(({ request_id }) => request_id !== `q-${call_id}`);
    this.#log('approval.answered', { request_id: `q-${call_id}`, choice });
  }

  planned(...entries) {
    this.plan = { run_id: this.run, entries: entries.map(([content, status]) => ({ content, status, priority: 'medium' })) };
    this.#log('plan.changed', { run_id: this.run, entries: entries.map(([content, status]) => ({ content, status })) });
  }

  output(call_id, text) {
    const before = this.outputs[call_id] ?? '';
    this.outputs[call_id] = before + text;
    this.events.push({ type: 'output', session_id: this.id, run_id: this.run, call_id, offset: codePoints(before).length, text });
  }

  finish(state, error) {
    const run_id = this.run;
    this.asked = [];
    this.outputs = {};
    this.run = null;
    this.open = null;
    this.lastRun = { run_id, state, error: error ?? null };
    this.held = this.queue.length > 0 && state !== 'done';
    this.#log('run.finished', { run_id, state, ...(error ? { error } : {}) });
  }

  unqueue(run_id) {
    this.queue = this.queue.filter((item) => item.run_id !== run_id);
    this.held &&= this.queue.length > 0;
    this.#log('run.finished', { run_id, state: 'cancelled' });
  }

  rename(title) {
    this.title = title;
    this.#log('session.changed', { fields: { title }, source: 'manual' });
  }
}

/** Small deterministic random numbers: a failing case can be run again by its seed. */
export function randomOf(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

const WORDS = ['log ', 'ümlaut ', '🦉', '👩‍👩‍👧 ', '数', '\n\n', '**b** ', 'a\u2028b ', '𝒳𝒴 '];

/** A conversation of a few turns, with tools, failures, a queue and characters outside the BMP. */
export function history(seed, turns = 5) {
  const random = randomOf(seed);
  const server = new ModelServer();
  const steps = [];
  const step = (work) => { work(); steps.push({ events: server.events.length, answer: server.answer() }); };
  steps.push({ events: 0, answer: server.answer() });
  let queued = 0;
  for (let turn = 0; turn < turns; turn++) {
    const run = server.queue[0]?.run_id ?? `r${seed}-${turn}`;
    const waiting = server.queue[0];
    step(() => waiting
      ? server.message({ role: 'user', content: waiting.content, timestamp: 1, key: waiting.key }, { run_id: run, queue_id: waiting.queue_id })
      : server.prompt(`question ${turn} 🦉`, run, `k${turn}`));
    step(() => server.start(run));
    if (random(3) === 0) step(() => server.rename(`Title ${turn}`));
    for (let part = 0; part < random(3); part++) step(() => server.delta('reasoning', WORDS[random(WORDS.length)]));
    for (let part = 0; part < 2 + random(6); part++) step(() => server.delta('text', WORDS[random(WORDS.length)] + WORDS[random(WORDS.length)]));
    if (random(2) === 0) {
      step(() => server.reply({ tool_calls: [{ id: `t${turn}`, type: 'function', function: { name: 'look', arguments: '{}' } }] }));
      if (random(2) === 0) {
        step(() => server.ask(`t${turn}`));
        step(() => server.answered(`t${turn}`));
      }
      if (random(2) === 0) step(() => server.output(`t${turn}`, WORDS[random(WORDS.length)]));
      if (random(2) === 0) step(() => server.output(`t${turn}`, WORDS[random(WORDS.length)]));
      if (random(2) === 0) step(() => server.planned(['look', 'completed'], ['say', 'pending']));
      step(() => server.message({ role: 'tool', tool_call_id: `t${turn}`, content: 'seen', status: 'ok', timestamp: 2 }, { run_id: run }));
      step(() => server.delta('text', 'after the tool 𝒳'));
    }
    if (random(2) === 0) step(() => server.prompt(`queued ${turn}`, `rq${seed}-${(queued += 1)}`, `kq${turn}`));
    if (server.queue.length > 1 && random(2) === 0) step(() => server.unqueue(server.queue.at(-1).run_id));
    const end = ['done', 'failed', 'cancelled', 'interrupted'][random(4)];
    if (end === 'failed') step(() => server.reply({ _error: true, error: { code: 'rate_limited', message: 'Too many requests.' } }));
    else step(() => server.reply(end === 'done' ? {} : { _partial: true, finish_reason: end }));
    step(() => server.finish(end));
  }
  return { server, steps };
}
