// Which replies have ended between two states of the list.

/** The rows that are being answered, by id. */
export const running = (rows) => new Map(rows.filter((row) => row.is_streaming).map((row) => [row.session_id, row]));

/** Those that were and are no more. One that has gone from the list altogether is nobody's business. */
export const ended = (before, rows) =>
  (before.size ? rows.filter((row) => before.has(row.session_id) && !row.is_streaming) : []);
