// Prompts that this browser has sent, as they are found again in what the server tells.

export const isPrompt = (prompt, { id, key }) => prompt.key === key || (id !== undefined && prompt.message_id === id);

/** Whether a prompt is in the log, or waits there for its turn. */
export const isArrived = (prompt, messages, queue) =>
  messages.some((message) => isPrompt(prompt, message)) ||
  queue.some((item) => item.key === prompt.key || item.queue_id === prompt.message_id || item.run_id === prompt.run_id);
