// The text of rendered Markdown as one would type it: no marks, lists with their numbers, tables with tabs.

const BLOCKS = new Set(['P', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'BLOCKQUOTE', 'PRE', 'UL', 'OL', 'TABLE', 'HR', 'DETAILS']);
const SKIPPED = '.code-bar, button, .away, [aria-hidden="true"], script, style, annotation';

export function plainText(root) {
  const lines = [];
  const block = (text) => { if (text.trim()) lines.push(text.replace(/[^\S\n]+\n/g, '\n').replace(/^\n+|\s+$/g, '')); };
  walk(root, block);
  return lines.join('\n\n');
}

function walk(node, block) {
  for (const child of node.children) {
    if (child.matches(SKIPPED)) continue;
    if (child.tagName === 'UL' || child.tagName === 'OL') block(listed(child, ''));
    else if (child.tagName === 'TABLE') block([...child.rows].map((row) => [...row.cells].map((cell) => inline(cell).trim()).join('\t')).join('\n'));
    else if (child.tagName === 'PRE') block(child.textContent);
    else if (BLOCKS.has(child.tagName) && ![...child.children].some((one) => BLOCKS.has(one.tagName))) block(inline(child));
    else if (child.children.length) walk(child, block);
    else block(inline(child));
  }
}

function listed(list, indent) {
  return [...list.children].map((item, at) => {
    const mark = list.tagName === 'OL' ? `${(list.start || 1) + at}. ` : '• ';
    const nested = [...item.children].filter((child) => /^[UO]L$/.test(child.tagName));
    return [`${indent}${mark}${inline(item).trim()}`, ...nested.map((child) => listed(child, `${indent}   `))].join('\n');
  }).join('\n');
}

function inline(node) {
  let text = '';
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += child.data.replace(/\s+/g, ' ');
    else if (child.nodeType !== Node.ELEMENT_NODE || child.matches(SKIPPED) || /^[UO]L$/.test(child.tagName)) continue;
    else if (child.tagName === 'BR') text += '\n';
    else if (child.tagName === 'IMG') text += child.alt;
    else text += inline(child);
  }
  return text;
}
