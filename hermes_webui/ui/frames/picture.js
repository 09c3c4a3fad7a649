// The document in which a picture from elsewhere is shown when somebody has asked for it. The page itself may load none: so
// nothing that gets into it can tell another place who reads.

addEventListener('message', ({ source, origin, data }) => {
  if (source !== parent || origin !== location.origin) return;
  const image = Object.assign(new Image(), { alt: data.alt, referrerPolicy: 'no-referrer', decoding: 'async' });
  image.onload = () => parent.postMessage({ width: image.naturalWidth, height: image.naturalHeight }, origin);
  image.onerror = () => parent.postMessage({ failed: true }, origin);
  image.src = data.src;
  document.body.replaceChildren(image);
});
parent.postMessage({ ready: true }, location.origin);
