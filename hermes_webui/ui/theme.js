// Runs before the first paint, so that a chosen theme does not flash in.
(() => {
  try {
    const theme = JSON.parse(localStorage.getItem('hermes.theme'));
    if (theme) document.documentElement.dataset.theme = theme;
  } catch {
    // A browser that keeps nothing gets the system's theme.
  }
})();
