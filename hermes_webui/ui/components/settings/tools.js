// What agents and tools may do here: when they ask, which servers they have, as whom they speak.

import { Asking } from './asking.js';
import { html } from '../html.js';
import { Mcp } from './mcp.js';
import { Personalities } from './personalities.js';

export const Tools = ({ tools }) => html`<${Asking} tools=${tools} /><${Mcp} tools=${tools} /><${Personalities} tools=${tools} />`;
