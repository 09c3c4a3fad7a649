// Arguments of a tool to begin with, made from its JSON schema: what must be there, each as its type has it.

const EMPTY = { string: '', number: 0, integer: 0, boolean: false, array: [], object: {}, null: null };

/** JSON to fill in; `{}` where the tool says nothing of its arguments, or wants none. */
export function blank(schema) {
  const { properties = {}, required = [] } = schema ?? {};
  const entries = required.filter((name) => name in properties).map((name) => [name, valueOf(properties[name] ?? {})]);
  return entries.length ? JSON.stringify(Object.fromEntries(entries), null, 2) : '{}';
}

function valueOf({ type, enum: choices, default: usual }) {
  if (usual !== undefined) return usual;
  if (Array.isArray(choices) && choices.length) return choices[0];
  return EMPTY[Array.isArray(type) ? type[0] : type] ?? '';
}
