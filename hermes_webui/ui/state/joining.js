// A reply that was cut off and went on is several messages and one reply: its texts meet without a seam.

/** Is this a reply that is not known to be whole? */
export const isCut = (message) =>
  message?.role === 'assistant' && !message._error && !message.tool_calls?.length &&
  Boolean(message._partial || message.finish_reason === 'unknown');

/** Does `message` go on with the reply of `row`? */
export const goesOn = (row, message) => Boolean(message.continues) && isCut(row?.message);

/** The row with what follows: its latest message says how it ended; all of them are its `parts`. */
export const joined = (row, next) => ({
  ...row, message: next.message, tools: next.tools, text: row.text + next.text, reasoning: thoughts(row, next),
  parts: [...partsOf(row), next.message],
});

/** The open reply drawn onto the row that it goes on with (`base`), in the same element. */
export const ontoReply = (base, open) => ({
  ...open, base, key: base.key, head: base.head, first: base.first, text: base.text + open.text, reasoning: thoughts(base, open),
});

/** The messages of a row, the first one first. */
export const partsOf = (row) => row.parts ?? [row.message];

const thoughts = (row, next) => [row.reasoning, next.reasoning].filter(Boolean).join('\n\n');

/** What a reply used, all its messages together; `rate` is in tokens a second. Each where it is known. */
export function costOf(row) {
  const sum = (value) => partsOf(row).reduce((all, part) => all + (value(part) || 0), 0) || null;
  const duration = sum((part) => part?.duration);
  const output = sum((part) => part?.usage?.output_tokens);
  return {
    input: sum((part) => part?.usage?.input_tokens), output, duration, cost: sum((part) => part?.usage?.cost),
    rate: output && duration > 1 ? output / duration : null,
  };
}
