// Runs before the first paint, so that a chosen look does not flash in.
(() => {
  for (const name of ['theme', 'accent', 'density', 'size', 'width', 'code', 'lines']) {
    try {
      const value = JSON.parse(localStorage.getItem(`hermes.${name}`));
      if (typeof value === 'string') document.documentElement.dataset[name] = value;
    } catch {
      // A browser that keeps nothing gets the usual look.
    }
  }
})();
