// No word of the page stands in its code: what is drawn, named or told comes from the catalogue.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const UI = new URL('../../hermes_webui/ui/', import.meta.url);
const NAMES = new Set(['Hermes', 'Hermes WebUI', 'Python', 'vLLM']);
const SPOKEN = /\s(?:aria-(?:label|description|valuetext|placeholder|roledescription)|title|placeholder|alt|label)="([^"]*)"/g;
/** Where a sentence in quotes would be shown: told, asked, or written into an element. */
const TOLD = /(?:(?:toasts\.add|\bconfirm|\balert|new Notification)\(|\.(?:textContent|title|ariaLabel|placeholder)\s*=)\s*(['"`])(.*?)\1/g;

/** The markup of every html`…` in a source, those inside others too, with `\0` in place of each `${…}`. */
function templates(source) {
  const found = [];
  const code = (at, end) => {
    while (at < source.length && !source.startsWith(end, at)) at = step(at);
    return at + end.length;
  };
  const step = (at) => {
    if (source.startsWith('//', at)) return source.indexOf('\n', at);
    if (source.startsWith('/*', at)) return source.indexOf('*/', at) + 2;
    const quote = source[at];
    if (quote === "'" || quote === '"') return quoted(at + 1, quote);
    if (quote === '`') return template(at + 1, source.slice(at - 4, at) === 'html');
    if (quote === '{') return code(at + 1, '}');
    if (quote === '/' && /[(,=:[!&|?{};]\s*$/.test(source.slice(Math.max(at - 8, 0), at))) return pattern(at + 1);
    return at + 1;
  };
  const quoted = (at, quote) => {
    while (source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
    return at + 1;
  };
  const pattern = (at) => {
    for (let inside = false; inside || source[at] !== '/'; at += source[at] === '\\' ? 2 : 1) {
      if (source[at] === '[') inside = true;
      else if (source[at] === ']') inside = false;
    }
    return at + 1;
  };
  const template = (at, isMarkup) => {
    let text = '';
    while (source[at] !== '`') {
      if (source.startsWith('${', at)) {
        at = code(at + 2, '}');
        text += '\0';
      } else text += source[at++];
    }
    if (isMarkup) found.push(text);
    return at + 1;
  };
  code(0, '\u{10ffff}');
  return found;
}

const hasWords = (text) => /\p{L}{2}/u.test(text) && !NAMES.has(text) && !/^https?:/.test(text);

/** Text between tags, and attributes that are read out or shown, that hold words of their own. */
function literals(source) {
  const shown = templates(source).flatMap((markup) => [
    ...`>${markup}<`.replace(/<[^>]*>/g, '\u{1}').split(/[\0\u{1}<>]/u),
    ...[...markup.matchAll(SPOKEN)].map(([, text]) => text),
  ]);
  const told = [...source.matchAll(TOLD)].map(([, , text]) => text.replace(/\$\{.*/, ''));
  return [...shown, ...told].map((text) => text.replace(/&\w+;/g, ' ').replace(/^[\s·…(]+|[\s·…)]+$/g, '')).filter(hasWords);
}

for (const folder of ['components', 'net', 'page', 'render', 'state']) {
  for (const name of readdirSync(new URL(folder, UI), { recursive: true }).filter((file) => file.endsWith('.js'))) {
    test(`${folder}/${name} says nothing that is not in the catalogue`, () => {
      assert.deepEqual(literals(readFileSync(new URL(`${folder}/${name}`, UI), 'utf8')), []);
    });
  }
}

test('words between tags, in attributes and in toasts are found, wherever they stand', () => {
  const source = [
    'const A = ({ a }) => html`<p class="one two">Kept here ${a && html`<b title="More of it">${t(`x.${a}`)}</b>`} twice</p>`;',
    "toasts.add('Not saved'); button.textContent = `Load ${host}`; // html`<p>a remark</p>`",
    'const B = html`<input aria-label="Name" placeholder=${t("x.y")} class=${`wide ${a}`} value="plain" />·`;',
  ].join('\n');
  assert.deepEqual(literals(source).sort(), ['Kept here', 'Load', 'More of it', 'Name', 'Not saved', 'twice']);
});
