// Where a reader of a session's events stands, and what it still lacks: one connection serves readers who came at
// different times, so each is given only what lies after its own place. A place is `{seq, offset}`: everything up to log
// event `seq`, and `offset` characters of the message that was open then.

/** The place that a cursor (`18.345`) names; null for none. */
export function placeOf(cursor) {
  if (!cursor) return null;
  const [seq, offset = '0'] = String(cursor).split('.');
  return { seq: Number(seq), offset: Number(offset) };
}

export const cursorOf = ({ seq, offset }) => (offset ? `${seq}.${offset}` : String(seq));

/** Whether a reader at `one` has less than a reader at `other`. */
export const isBehind = (one, other) => one.seq < other.seq || (one.seq === other.seq && one.offset < other.offset);

/** A completed reply holds what was open until then, whole; a run begins and ends with nothing open. */
const closes = ({ type, data }) =>
  (type === 'message.added' && data?.message?.role === 'assistant') || type === 'run.started' || type === 'run.finished';

/**
 * The place after `event`, or the same object where a reader at `place` has it already. A delta is of the message that
 * was open before any later event: one from before the reader's last event is of what it has whole.
 */
export function advanced(place, event) {
  if (typeof event.seq === 'number') {
    return event.seq <= place.seq ? place : { seq: event.seq, offset: closes(event) ? 0 : place.offset };
  }
  const at = placeOf(event.cursor);
  if (event.type !== 'delta' || !at || at.seq < place.seq || at.offset <= place.offset) return place;
  return { seq: place.seq, offset: at.offset };
}

/** Whether an event has a place in a session's order; others (`notice`, `reload`) come as they come. */
export const isPlaced = (event) => typeof event.seq === 'number' || event.type === 'delta';
