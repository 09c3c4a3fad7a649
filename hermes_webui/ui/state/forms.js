// A form that an agent asks with: a JSON Schema of an object with flat properties becomes fields; what was typed becomes
// values, or says what is wrong with it. Pure.

const LONG = 200;

/** `[{name, title, hint, kind: text | long | number | choice | switch, type, options, required, value, …limits}]`. */
export function fieldsOf(schema) {
  const required = new Set(schema?.required ?? []);
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name, title: property.title || name, hint: property.description ?? '', required: required.has(name), ...shapeOf(property),
    value: property.default ?? (typeOf(property) === 'boolean' ? false : ''),
  }));
}

const typeOf = ({ type }) => (Array.isArray(type) ? type.find((one) => one !== 'null') : type) ?? 'string';

function shapeOf(property) {
  const type = typeOf(property);
  const options = optionsOf(property);
  if (options) return { kind: 'choice', type, options };
  if (type === 'boolean') return { kind: 'switch', type };
  const { minimum, maximum, minLength, maxLength, pattern, format } = property;
  if (type === 'number' || type === 'integer') return { kind: 'number', type, minimum, maximum };
  return { kind: maxLength > LONG ? 'long' : 'text', type: 'string', minLength, maxLength, pattern, format };
}

/** `[[value, name], …]` of `enum` (with `enumNames`) or `oneOf: [{const, title}]`. */
function optionsOf({ enum: values, enumNames = [], oneOf }) {
  if (Array.isArray(values)) return values.map((value, at) => [value, String(enumNames[at] ?? value)]);
  const titled = Array.isArray(oneOf) && oneOf.length > 0 && oneOf.every((one) => 'const' in one);
  return titled ? oneOf.map((one) => [one.const, String(one.title ?? one.const)]) : null;
}

/** `{values, faults}`: what is sent, and by the names of fields what is wrong: `{code, …}` for a sentence. */
export function read(fields, typed) {
  const [values, faults] = [{}, {}];
  for (const field of fields) {
    const [value, fault] = valueOf(field, typed[field.name] ?? '');
    if (fault) faults[field.name] = fault;
    else if (value !== undefined) values[field.name] = value;
  }
  return { values, faults };
}

function valueOf(field, typed) {
  if (field.kind === 'switch') return [Boolean(typed)];
  const text = String(typed);
  if (!text.trim()) return field.required ? [undefined, { code: 'required' }] : [undefined];
  if (field.kind === 'choice') return [field.options.find(([value]) => String(value) === text)?.[0]];
  return field.kind === 'number' ? numberOf(field, text) : textOf(field, text);
}

function numberOf({ type, minimum, maximum }, text) {
  const value = Number(text.trim().replace(',', '.'));
  if (!Number.isFinite(value)) return [undefined, { code: 'number' }];
  if (type === 'integer' && !Number.isInteger(value)) return [undefined, { code: 'integer' }];
  if (value < minimum) return [undefined, { code: 'least', limit: minimum }];
  return value > maximum ? [undefined, { code: 'most', limit: maximum }] : [value];
}

const FORMATS = { email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, uri: /^[a-z][a-z0-9+.-]*:\S+$/i, date: /^\d{4}-\d\d-\d\d$/ };

function textOf({ minLength, maxLength, pattern, format }, text) {
  const count = [...text].length;
  if (count < minLength) return [undefined, { code: 'short', limit: minLength }];
  if (count > maxLength) return [undefined, { code: 'long', limit: maxLength }];
  if (FORMATS[format] && !FORMATS[format].test(text)) return [undefined, { code: format }];
  return pattern && !fits(pattern, text) ? [undefined, { code: 'pattern' }] : [text];
}

/** An agent's pattern need not be one; then it is the agent that will say so. */
function fits(pattern, text) {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}
