// Markdown to HTML. What comes out is not trusted: only `sanitise.js` puts it on the page.

import MarkdownIt from 'markdown-it';
import { withEmphasis } from './markdown-emphasis.js';
import { withMath } from './markdown-math.js';
import { withNotes } from './markdown-notes.js';
import { t } from '../words/words.js';

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: false, typographer: false });
const { rules } = markdown.renderer;
withEmphasis(markdown);
withMath(markdown);
withNotes(markdown);

/** HTML of one block; `definitions` are those that stand elsewhere in the message (`state/definitions.js`). */
export function toHtml(text, definitions = '') {
  const lines = definitions.split('\n');
  const links = lines.filter((line) => !line.startsWith('[^'));
  const notes = new Set(lines.filter((line) => line.startsWith('[^')).map((line) => line.slice(2, -2).toLowerCase()));
  return markdown.render([text, ...links].join('\n\n'), { notes });
}

/** The conversation has headings of its own above those of a message. */
markdown.core.ruler.push('headings', ({ tokens }) => {
  for (const token of tokens) {
    if (token.type.startsWith('heading_')) token.tag = `h${Math.min(Number(token.tag.slice(1)) + 2, 6)}`;
  }
});

const OWN_PICTURE = /^data:image\/|^\/api\/attachment\b/;

/** `- [ ]` and `- [x]`. */
markdown.core.ruler.push('tasks', ({ tokens, Token }) => {
  tokens.forEach((token, at) => {
    const task = token.type === 'inline' && tokens[at - 2]?.type === 'list_item_open' && /^\[([ xX])\] /.exec(token.content);
    const text = task && token.children[0];
    if (!text || text.type !== 'text') return;
    text.content = text.content.slice(4);
    tokens[at - 2].attrJoin('class', 'task');
    const box = new Token('checkbox', 'input', 0);
    const done = task[1] !== ' ';
    box.attrs = [['type', 'checkbox'], ['disabled', ''], ['aria-label', t(done ? 'text.task-done' : 'text.task-open')]];
    if (done) box.attrs.push(['checked', '']);
    token.children.unshift(box);
  });
});

rules.checkbox = (tokens, at, options, env, self) => `<input${self.renderAttrs(tokens[at])}>`;

/** Inline styles are forbidden by the page's policy: the alignment of a cell is a class. */
for (const name of ['th_open', 'td_open']) {
  rules[name] = (tokens, at, options, env, self) => {
    const align = /text-align:(\w+)/.exec(tokens[at].attrGet('style') ?? '')?.[1];
    tokens[at].attrs = align ? [['class', align]] : null;
    return self.renderToken(tokens, at, options);
  };
}
rules.table_open = () => '<div class="table"><table>';
rules.table_close = () => '</table></div>';

/** Pictures from elsewhere would tell that place who reads: they are links until somebody asks for them (`picture.js`). */
rules.image = (tokens, at, options, env, self) => {
  const src = tokens[at].attrGet('src') ?? '';
  const alt = self.renderInlineAsText(tokens[at].children, options, env);
  const { escapeHtml } = markdown.utils;
  if (OWN_PICTURE.test(src)) return `<img src="${escapeHtml(src)}" alt="${escapeHtml(alt)}">`;
  return `<a class="picture" href="${escapeHtml(src)}">${escapeHtml(alt || src)}</a>`;
};
