// What an engine says beside its reply: shown as long as it holds. What is to be known later stands in the message. Pure.

/** More of one run are not shown at once: the last ones are. */
const MOST = 3;

/** One more: `{run_id, text, kept, early}`. An early one was said before anything of the reply was there (that it waits). */
export function noticed(state, { run_id, text, kept = false }) {
  const known = state.notices.some((one) => one.run_id === run_id && one.text === text);
  if (known || (state.run ?? state.lastRun)?.run_id !== run_id) return state;
  const early = !kept && !hasBegun(state, run_id);
  return stillTold({ ...state, notices: [...state.notices, { run_id, text, kept, early }].slice(-MOST) });
}

/** Those of the run that goes on, as the session's answer holds them. */
export const noticesOf = ({ open }) => (open?.notices ?? []).map((notice) => ({ run_id: open.run_id, ...notice }));

/** The state without those that hold no longer; the same object where all do. */
export function stillTold(state) {
  const notices = state.notices.filter((notice) => holds(notice, state));
  return notices.length === state.notices.length ? state : { ...state, notices };
}

function holds({ run_id, text, kept, early }, state) {
  if (early && hasBegun(state, run_id)) return false;
  if (kept && state.messages.some((message) => message.run_id === run_id && message.notices?.includes(text))) return false;
  if (state.run) return state.run.run_id === run_id;
  const last = state.messages.at(-1);
  const says = last?._partial || last?._error; // how it ended has a line of its own
  return !kept && !early && !says && state.lastRun?.run_id === run_id;
}

const hasBegun = ({ open, messages }, run_id) =>
  (open?.run_id === run_id && open.parts.length > 0) || (messages.at(-1)?.role !== 'user' && messages.at(-1)?.run_id === run_id);
