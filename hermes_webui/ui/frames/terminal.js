// The document in which a terminal is drawn. xterm writes inline styles, which the page forbids; here they are allowed, and
// nothing else is: no request, no picture, no form, and no address that a program prints becomes a link.

import { FitAddon } from '../vendor/xterm/fit.js';
import { Terminal } from '../vendor/xterm/xterm.js';

const SCROLLBACK = 5000;
const screen = document.getElementById('screen');
const terminal = new Terminal({ scrollback: SCROLLBACK, cursorBlink: false, screenReaderMode: true, linkHandler: null, minimumContrastRatio: 4.5 });
const fit = new FitAddon();
let dressed = false;

const tell = (message) => parent.postMessage(message, location.origin);

terminal.loadAddon(fit);
terminal.onData((typed) => tell({ typed }));
terminal.onResize(({ cols, rows }) => tell({ sized: { cols, rows } }));
terminal.attachCustomKeyEventHandler((event) => !leaves(event));

/** F6, and the keys of the page itself, lead out: the keyboard is not caught here. */
function leaves(event) {
  const out = event.key === 'F6' || ((event.ctrlKey || event.metaKey) && event.shiftKey && event.code === 'KeyE');
  if (out && event.type === 'keydown') tell({ leave: true });
  return out;
}

const DOES = {
  look: ({ look, label }) => {
    document.body.style.background = look.theme.background;
    Object.assign(terminal.options, look);
    if (!dressed) open(label);
    fit.fit();
  },
  write: ({ write }) => terminal.write(write),
  clear: () => terminal.reset(),
};

function open(label) {
  dressed = true;
  terminal.open(screen);
  terminal.textarea.setAttribute('aria-label', label);
  new ResizeObserver(() => fit.fit()).observe(screen);
  fit.fit();
  tell({ sized: { cols: terminal.cols, rows: terminal.rows } });
  terminal.focus();
}

addEventListener('message', ({ source, origin, data }) => {
  if (source !== parent || origin !== location.origin) return;
  for (const [name, does] of Object.entries(DOES)) if (data[name] !== undefined) does(data);
});
tell({ ready: true });
