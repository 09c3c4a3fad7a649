// Line icons, drawn for this page on a grid of 20.

import { html } from './html.js';

const PATHS = {
  plus: 'M10 4v12M4 10h12',
  attach: 'M13.5 7l-5.2 5.2a1.6 1.6 0 0 0 2.3 2.3l5-5a3.3 3.3 0 0 0-4.7-4.7l-5.2 5.2a5 5 0 0 0 7.1 7.1l3.7-3.7',
  terminal: 'M3.5 4.5h13v11h-13zM6.5 8l2.5 2-2.5 2M10.5 12.5h3',
  file: 'M5.5 3.5h6l3 3v10h-9zM11.5 3.5v3h3',
  prompt: 'M4.5 4.5h11v8h-6l-3 3v-3h-2z',
  star: 'M10 3.5l2 4.2 4.5.6-3.3 3.2.8 4.6-4-2.2-4 2.2.8-4.6-3.3-3.2 4.5-.6z',
  send: 'M10 16V4.5M5 9.5l5-5 5 5',
  down: 'M10 4v11.5M5 10.5l5 5 5-5',
  stop: 'M6 6h8v8H6z',
  copy: 'M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3',
  check: 'M4.5 10.5l3.5 3.5 7.5-8',
  continue: 'M5 4.5v11M8.5 5.5l6 4.5-6 4.5z',
  fork: 'M6 3.5v13M6 11.5c5 0 8-1.5 8-6M14 3.5l-2 2.5M14 3.5l2 2.5',
  model: 'M10 3l6 3.5v7L10 17l-6-3.5v-7zM4 6.5l6 3.5 6-3.5M10 10v7',
  quote: 'M4.5 5v10M8.5 6.5h7M8.5 10h7M8.5 13.5h4.5',
  text: 'M4.5 5.5h11M10 5.5v9.5M8 15h4',
  sooner: 'M5.5 12l4.5-4.5 4.5 4.5',
  edit: 'M4.5 15.5l.8-3.3 8-8 2.5 2.5-8 8zM11.6 5.9l2.5 2.5',
  retry: 'M15.5 10a5.5 5.5 0 1 1-1.7-4M15.5 3.5v3.2h-3.2',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  expand: 'M5.5 8l4.5 4.5L14.5 8',
  more: 'M4.6 10a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0M9.6 10a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0M14.6 10a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0',
  pin: 'M7 3.5h6M8 3.5v5L5.5 11.5h9L12 8.5v-5M10 11.5v5',
  archive: 'M3.5 4.5h13v3h-13zM4.8 7.5v8h10.4v-8M8 10.5h4',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10',
  sun: 'M10 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M15.3 4.7l-1 1M5.7 14.3l-1 1',
  moon: 'M16 11.5A6.5 6.5 0 1 1 8.5 4a5 5 0 0 0 7.5 7.5z',
  system: 'M3.5 4.5h13v9h-13zM7.5 16.5h5M10 13.5v3',
  menu: 'M3.5 6h13M3.5 10h13M3.5 14h13',
  search: 'M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4zM12.8 12.8l3.7 3.7',
  outline: 'M4 5.5h.01M4 10h.01M4 14.5h.01M7.5 5.5h9M7.5 10h6M7.5 14.5h8',
  up: 'M10 16V4.5M5 9.5l5-5 5 5',
  calendar: 'M4 5.5h12v10.5H4zM4 9h12M7 3.5v3M13 3.5v3',
  chat: 'M4 5h12v8.5H9.5L6 16.5v-3H4z',
  model: 'M10 3l1.8 5.2L17 10l-5.2 1.8L10 17l-1.8-5.2L3 10l5.2-1.8z',
  settings: 'M3.5 6h6M13.5 6h3M3.5 14h3M10.5 14h6M11.5 4a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM8.5 12a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
  keyboard: 'M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M7 11.5h6',
  lock: 'M5 9h10v7H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  info: 'M10 9v4.5M10 6.6h.01M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14z',
  plug: 'M7 3.5v3M13 3.5v3M5 6.5h10v3a5 5 0 0 1-10 0zM10 14.5v2.5',
  close: 'M5 5l10 10M15 5L5 15',
  tool: 'M12.2 4.3a3.6 3.6 0 0 0-1 4.6l-6.4 6.3 1 1 6.3-6.4a3.6 3.6 0 0 0 4.6-4.6l-2.2 2.2-2.1-.8-.8-2.1z',
  alert: 'M10 6.5v4M10 13.4h.01M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14z',
  clock: 'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 6.5V10l2.5 1.5',
  folder: 'M3.5 15.5v-10h4.5l1.5 2h7v8z',
  tag: 'M4 4h5.5l6.5 6.5-5.5 5.5L4 9.5zM7 7h.01',
  link: 'M8.5 11.5a3 3 0 0 0 4.2 0l2.4-2.4a3 3 0 0 0-4.2-4.2l-.9.9M11.5 8.5a3 3 0 0 0-4.2 0l-2.4 2.4a3 3 0 0 0 4.2 4.2l.9-.9',
  download: 'M10 3.5v9M6 9l4 4 4-4M4 16.5h12',
  open: 'M11.5 4H16v4.5M16 4l-6.5 6.5M13.5 11.5V16H4V6.5h4.5',
  select: 'M4 4h12v12H4zM7 10l2.2 2.2L13 7.8',
  disk: 'M4 4h9l3 3v9H4zM7 4v4h5V4M7 16v-4h6v4',
};

/** Those that follow the reading: in a language from right to left they are mirrored. */
const TURNS = new Set(['left', 'right', 'outline', 'quote']);

/** Decoration only: the control that holds it has a name of its own. */
export const Icon = ({ name }) => html`
  <svg class=${TURNS.has(name) ? 'icon turns' : 'icon'} viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>
`;
