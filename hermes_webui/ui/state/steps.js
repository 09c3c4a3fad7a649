// Calls among the rows: those of a subagent stand inside the call that started it, and a long run of calls that is over is
// one line, which unfolds.

/** So many rows of nothing but calls are one line. */
export const LONG = 4;

/** `[[call, result], …]` of the flat list that a row holds: flat, so that rows can be compared part by part. */
export const pairs = (parts = []) => parts.flatMap((part, at) => (at % 2 ? [] : [[part, parts[at + 1] ?? null]]));

const callsOf = (row) => pairs(row.tools).map(([call]) => call);

/**
 * The rows, with each call that has a parent among them moved into that parent's row (`nested`, flat, whatever the depth);
 * a row that held nothing else is gone, and the other one `holds` its message's id. A call whose parent is not among them
 * stays where it is.
 */
export function nested(rows) {
  const calls = new Map(rows.flatMap(callsOf).map((call) => [call.id, call]));
  if (![...calls.values()].some((call) => calls.has(call.parent) && call.parent !== call.id)) return rows;
  const moved = new Map();
  const kept = rows.map((row) => (row.tools?.length ? without(row, calls, moved) : row));
  return kept.filter(({ gone }) => !gone).map((row) => taken(row, moved));
}

function without(row, calls, moved) {
  const own = [];
  for (const [call, result] of pairs(row.tools)) {
    const root = rootOf(call, calls);
    if (root === call) own.push(call, result);
    else moved.set(root.id, added(moved.get(root.id), call, result, row.message.id));
  }
  if (own.length === row.tools.length) return row;
  const gone = !own.length && !row.text && !row.reasoning && !row.message._error && !row.message.notices?.length;
  return { ...row, tools: own, ...(gone && { gone }) };
}

const added = ({ parts = [], ids = [] } = {}, call, result, id) => ({ parts: [...parts, call, result], ids: [...ids, id] });

/** The call that no other call here has started. A circle (somebody's mistake) ends where it began. */
function rootOf(call, calls) {
  const seen = new Set();
  let root = call;
  while (calls.has(root.parent) && !seen.has(root.id)) {
    seen.add(root.id);
    root = calls.get(root.parent);
  }
  return seen.has(root.id) ? call : root;
}

function taken(row, moved) {
  const found = callsOf(row).map(({ id }) => moved.get(id)).filter(Boolean);
  return found.length ? { ...row, nested: found.flatMap(({ parts }) => parts), holds: found.flatMap(({ ids }) => ids) } : row;
}

/** Long runs of calls as one row each: `{kind: steps, rows, count, failed, holds}`. Runs that are `watched` stay as they are. */
export function folded(rows, watched) {
  const all = [];
  let group = [];
  const close = () => {
    all.push(...(group.length >= LONG ? [stepsOf(group)] : group));
    group = [];
  };
  for (const row of rows) {
    const fits = folds(row, watched);
    if (!fits || (group.length && group[0].message.run_id !== row.message.run_id)) close();
    if (fits) group.push(row);
    else all.push(row);
  }
  close();
  return all;
}

const folds = (row, watched) =>
  row.kind === 'assistant' && row.tools.length > 0 && !row.text && !row.last && !row.parts && !row.message._error && !watched.includes(row.message.run_id);

const SAD = new Set(['failed', 'unknown']);

function stepsOf(rows) {
  const all = rows.flatMap(({ tools }) => pairs(tools));
  return {
    key: rows[0].key, kind: 'steps', rows, message: rows[0].message, text: '', reasoning: '', count: all.length,
    failed: all.filter(([, result]) => SAD.has(result?.status)).length,
    holds: rows.flatMap(({ message, holds = [], tools }) => [message.id, ...holds, ...pairs(tools).map(([, result]) => result?.id)]).filter(Boolean),
  };
}

/** Does a call of the run that is going on wait for its result? Then it is the tool that we wait for. */
export function isBusy(messages) {
  const answered = new Set();
  for (let at = messages.length - 1; at >= 0 && messages[at].role !== 'user'; at--) {
    const { role, tool_call_id, tool_calls = [] } = messages[at];
    if (role === 'tool') answered.add(tool_call_id);
    if (tool_calls.some(({ id }) => !answered.has(id))) return true;
  }
  return false;
}
