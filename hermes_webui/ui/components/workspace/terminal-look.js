// The page's colours for the terminal, as they are now: a frame does not see them. The sixteen of old are taken from the
// page's own palette, dark or light, so that a program's red can be read on the page's ground.

const NAMES = {
  background: '--bg', foreground: '--text', cursor: '--accent', cursorAccent: '--bg', black: '--line-strong', brightBlack: '--muted', red: '--c-red', brightRed: '--c-red',
  green: '--c-green', brightGreen: '--c-green', yellow: '--c-yellow', brightYellow: '--c-orange', blue: '--c-blue', brightBlue: '--c-blue',
  magenta: '--c-violet', brightMagenta: '--c-pink', cyan: '--c-teal', brightCyan: '--c-teal', white: '--muted', brightWhite: '--text', selectionBackground: '--soft',
};

export function terminalLook() {
  const probe = document.body.appendChild(document.createElement('span'));
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const theme = Object.fromEntries(Object.entries(NAMES).map(([part, name]) => [part, colour(name)]));
  probe.style.fontFamily = 'var(--mono)';
  probe.style.fontSize = 'calc(0.8125rem * var(--code-size))';
  const { fontFamily, fontSize } = getComputedStyle(probe);
  probe.remove();
  return { theme, fontFamily, fontSize: Math.round(Number.parseFloat(fontSize)) };
}
