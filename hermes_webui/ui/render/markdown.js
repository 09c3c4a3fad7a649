// Markdown to HTML. What comes out is not trusted: only `sanitise.js` puts it on the page.

import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: false, typographer: false });
const { rules } = markdown.renderer;

/** HTML of one block; `definitions` are those that stand elsewhere in the message (`state/definitions.js`). */
export function toHtml(text, definitions = '') {
  const links = definitions.split('\n').filter((line) => !line.startsWith('[^'));
  return markdown.render([text, ...links].join('\n\n'));
}

/** The conversation has headings of its own above those of a message. */
markdown.core.ruler.push('headings', ({ tokens }) => {
  for (const token of tokens) {
    if (token.type.startsWith('heading_')) token.tag = `h${Math.min(Number(token.tag.slice(1)) + 2, 6)}`;
  }
});

const TO_DO = [['aria-label', 'to do']];
const DONE = [['checked', ''], ['aria-label', 'done']];

/** `- [ ]` and `- [x]`. */
markdown.core.ruler.push('tasks', ({ tokens, Token }) => {
  tokens.forEach((token, at) => {
    const task = token.type === 'inline' && tokens[at - 2]?.type === 'list_item_open' && /^\[([ xX])\] /.exec(token.content);
    const text = task && token.children[0];
    if (!text || text.type !== 'text') return;
    text.content = text.content.slice(4);
    tokens[at - 2].attrJoin('class', 'task');
    const box = new Token('checkbox', 'input', 0);
    box.attrs = [['type', 'checkbox'], ['disabled', ''], ...(task[1] === ' ' ? TO_DO : DONE)];
    token.children.unshift(box);
  });
});

rules.checkbox = (tokens, at) => `<input ${tokens[at].attrs.map(([name, value]) => `${name}="${value}"`).join(' ')}>`;

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

/** Pictures from elsewhere would tell that place who reads: they are shown as links. */
rules.image = (tokens, at, options, env, self) => {
  const src = tokens[at].attrGet('src') ?? '';
  const alt = self.renderInlineAsText(tokens[at].children, options, env);
  const { escapeHtml } = markdown.utils;
  if (/^data:image\/|^\/(?!\/)/.test(src)) return `<img src="${escapeHtml(src)}" alt="${escapeHtml(alt)}">`;
  return `<a class="picture" href="${escapeHtml(src)}">${escapeHtml(alt || src)}</a>`;
};
