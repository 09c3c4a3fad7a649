// Which replies have ended, and which have begun to wait for an answer, between two states of the list.

/** The rows that are being answered, by id. */
export const running = (rows) => new Map(rows.filter((row) => row.is_streaming).map((row) => [row.session_id, row]));

/** Those that were and are no more. One that has gone from the list altogether is nobody's business. */
export const ended = (before, rows) =>
  (before.size ? rows.filter((row) => before.has(row.session_id) && !row.is_streaming) : []);

/** How many answers each row waits for, by id. */
export const asking = (rows) => new Map(rows.filter(({ asks }) => asks).map(({ session_id, asks }) => [session_id, asks]));

/** The rows that wait for more answers than before. */
export const began = (before, rows) => rows.filter(({ session_id, asks = 0 }) => asks > (before.get(session_id) ?? 0));
