// Pictures from elsewhere: a button that says from where, and after a click the picture, in a frame of its own. One that has
// been asked for is there again at once when its row comes back, as large as it was.

import { t } from '../words/words.js';
import { action } from './code.js';
import { element } from './element.js';
import { Frame } from './frame.js';

const LONGEST_SIDE = 480;
const PATIENCE_MS = 20_000;
/** Address → its size, of those that somebody has asked for. */
const asked = new Map();

export const ready = () => Promise.resolve();

/** Each link to a picture becomes a line that offers to load it. */
export function draw(links) {
  for (const link of links) {
    const address = addressOf(link);
    if (!address || link.parentElement.classList.contains('picture-offer')) continue;
    const offer = element('span', { class: 'picture-offer' }, action('picture', t('text.load-picture', { host: address.host })));
    link.replaceWith(offer);
    offer.append(link);
    if (asked.has(link.href)) show(offer);
  }
}

function addressOf(link) {
  const address = URL.parse(link.href);
  return address && /^https?:$/.test(address.protocol) && address.origin !== location.origin ? address : null;
}

export function load(button) {
  const offer = button.closest('.picture-offer');
  button.setAttribute('aria-disabled', 'true');
  button.textContent = t('text.picture-loading');
  show(offer);
}

function show(offer) {
  const link = offer.querySelector('a');
  const frame = new Frame('picture', { class: 'picture-frame', title: link.textContent, hidden: '' }, heard);
  const impatient = setTimeout(() => heard({ failed: true }), PATIENCE_MS);
  const known = asked.get(link.href);
  if (known) fit(frame, offer, known);
  offer.append(frame.node);
  function heard({ ready: isReady, width, failed, height }) {
    if (!offer.isConnected) return frame.close();
    if (isReady) return frame.send({ src: link.href, alt: link.textContent });
    clearTimeout(impatient);
    if (failed) return fail(offer, frame);
    asked.set(link.href, { width, height });
    return fit(frame, offer, { width, height });
  }
}

function fit({ node }, offer, { width, height }) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height, 1));
  node.setAttribute('width', Math.round(width * scale));
  node.setAttribute('height', Math.round(height * scale));
  node.hidden = false;
  offer.classList.add('loaded');
}

function fail(offer, frame) {
  frame.close();
  const button = offer.querySelector('button');
  button.removeAttribute('aria-disabled');
  button.textContent = t('text.picture-failed');
}
