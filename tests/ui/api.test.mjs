import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api } from '../../hermes_webui/ui/net/api.js';

function asked() {
  const seen = [];
  const fetch = async (path, options) => {
    seen.push({ path, ...options });
    return new Response('{"ok": true}', { headers: { 'content-type': 'application/json' } });
  };
  return [new Api(fetch, () => {}), seen];
}

test('a request that hangs is given up, one that starts a program first is not', async () => {
  const [api, seen] = asked();
  await api.post('/api/session/new', {});
  assert.deepEqual(await api.patiently('/api/mcp/test', { name: 'files' }), { ok: true });
  assert.ok(seen[0].signal instanceof AbortSignal);
  assert.equal(seen[1].signal, null);
  assert.equal(seen[1].body, '{"name":"files"}');
});
