// Which model a choice names, and whether it can be had here. A choice is `{engine, model_provider, model}`, each where known.

/** Only the fields that say something: the server takes no null. */
export const given = (fields) =>
  Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== ''));

/** The ready provider that has the chosen model. One that is ready but lists nothing is taken at its word. */
export function providerOf(choice, providers) {
  const ready = providers.filter((one) => one.ready && (!choice.model_provider || one.id === choice.model_provider));
  const has = (one) => one.models?.some((model) => model.id === choice.model);
  return ready.find(has) ?? (choice.model_provider ? ready.find((one) => !one.models?.length) : undefined);
}

/** The session's own model, made whole from the providers; null where it names none. */
export function ofSession(session, providers) {
  if (!session?.model) return null;
  const { engine, model_provider, model } = session;
  const provider = providerOf(session, providers) ?? providers.find((one) => one.id === model_provider);
  return given({ engine: engine || provider?.engine, model_provider: model_provider || provider?.id, model });
}

/** `{used, length}` in tokens after the last reply that tells, or null; `length` is the chosen model's context where known. */
export function contextOf(messages, length) {
  const last = messages.findLast(({ role, usage }) => role === 'assistant' && usage?.input_tokens);
  const whole = length ?? last?.usage.context_length;
  return last && whole ? { used: last.usage.context_tokens || last.usage.input_tokens + (last.usage.output_tokens ?? 0), length: whole } : null;
}

/** The first choice that can be had. While nothing is known of the providers, any can. */
export function firstOffered(choices, providers) {
  const all = choices.filter(Boolean);
  if (!providers.length) return all[0] ?? null;
  return all.find((choice) => providerOf(choice, providers)) ?? all.at(-1) ?? null;
}
