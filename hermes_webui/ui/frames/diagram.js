// The document in which diagrams are laid out. Mermaid writes inline styles, which the page forbids; here they are allowed,
// and nothing else is: no request, no picture, no form. What goes back is a picture's source.

const { mermaid } = globalThis;
const WORK = {
  securityLevel: 'strict', startOnLoad: false, htmlLabels: false, flowchart: { htmlLabels: false },
  maxTextSize: 20_000, maxEdges: 300,
};

addEventListener('message', async ({ source, origin, data }) => {
  if (source !== parent || origin !== location.origin) return;
  parent.postMessage({ id: data.id, ...(await drawn(data)) }, origin);
});
parent.postMessage({ ready: true }, location.origin);

async function drawn({ id, text, look }) {
  mermaid.initialize({ ...WORK, theme: 'base', fontFamily: look.fontFamily, themeVariables: look });
  try {
    return picture((await mermaid.render(`d${id}`, text)).svg);
  } catch (error) {
    return { error: String(error?.message ?? error) };
  } finally {
    document.body.replaceChildren();
  }
}

/** As XML that stands alone, with a size of its own. */
function picture(markup) {
  const svg = new DOMParser().parseFromString(markup, 'text/html').querySelector('svg');
  const { width, height } = svg.viewBox.baseVal;
  svg.setAttribute('width', Math.ceil(width));
  svg.setAttribute('height', Math.ceil(height));
  svg.style.removeProperty('max-width');
  return { svg: new XMLSerializer().serializeToString(svg), width: Math.ceil(width), height: Math.ceil(height) };
}
