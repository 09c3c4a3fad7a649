// The only door by which HTML gets onto the page.

import DOMPurify from 'dompurify';

const TAGS = (
  'a b blockquote br code del div em h3 h4 h5 h6 hr i img input li ol p pre s span strong sub sup table tbody td th thead tr ul'
).split(' ');
const RULES = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ['href', 'title', 'class', 'start', 'src', 'alt', 'type', 'checked', 'disabled', 'aria-label'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|data:image\/(?:png|jpeg|gif|webp);|\/(?!\/)|#)/i,
  ADD_URI_SAFE_ATTR: ['type', 'start', 'aria-label'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

const purifier = DOMPurify();
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A' && !node.getAttribute('href')?.startsWith('#')) {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  if (node.tagName === 'INPUT' && node.getAttribute('type') !== 'checkbox') node.remove();
});

/** A fragment that holds nothing that runs, loads from elsewhere, or looks like a control of the page. */
export const safeFragment = (html) => purifier.sanitize(html, RULES);

const MATH_RULES = {
  ALLOWED_TAGS: (
    'span svg path line math semantics mrow mi mo mn ms mtext msup msub msubsup mfrac msqrt mroot mtable mtr mtd mover munder '
    + 'munderover mspace mpadded mphantom mstyle menclose'
  ).split(' '),
  ALLOWED_ATTR: (
    'class data-style aria-hidden display width height viewbox preserveaspectratio d x1 x2 y1 y2 stroke-width mathvariant '
    + 'stretchy fence accent accentunder separator lspace rspace columnalign scriptlevel displaystyle linethickness notation'
  ).split(' '),
  ADD_URI_SAFE_ATTR: ['data-style'], // `height:1em` is no address
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

const mathPurifier = DOMPurify();

/** The same for a formula: what KaTeX draws with, and no link, picture or style. */
export const safeMath = (markup) => mathPurifier.sanitize(markup, MATH_RULES);
