// What a block gets when it is finished, and what may come after it is drawn, for it moves nothing.

import { lightUp } from './highlight.js';

export function finish(element) {
  lightUp(element);
}
