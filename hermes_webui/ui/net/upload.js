// A file's way to the server. `fetch` does not say how far an upload has come, so this is an XMLHttpRequest.

import { ApiError } from './api.js';

/** One that stands still so long is broken off, and tried again: a connection may die without a word. */
const STILL_MS = 60_000;

/** The server's description of an attachment; rejects as `send` does. */
export async function upload(file, name, how) {
  const { attachment } = await send(`/api/attachments?${new URLSearchParams({ name })}`, file, how);
  if (!attachment) throw new ApiError(502, undefined);
  return attachment;
}

/** The server's answer; rejects with an ApiError. `progress(part)` is told 0 … 1; `signal` breaks it off. */
export function send(address, file, { progress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', address);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('x-hermes-upload', '1');
    request.responseType = 'json';
    let still = 0;
    const moves = () => {
      clearTimeout(still);
      still = setTimeout(() => request.abort(), STILL_MS);
    };
    request.upload.onprogress = ({ loaded, total }) => {
      moves();
      progress(total ? loaded / total : 0);
    };
    request.onloadend = () => clearTimeout(still);
    request.onload = () => answered(request, resolve, reject);
    request.onerror = request.onabort = () => reject(new ApiError(0));
    signal.addEventListener('abort', () => request.abort());
    moves();
    request.send(file);
  });
}

function answered({ status, response }, resolve, reject) {
  if (status >= 200 && status < 300 && response) resolve(response);
  else reject(new ApiError(status, response?.error));
}
