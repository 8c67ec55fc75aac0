// Every address that Windmill publishes is either built or answers 501 with its operation id, to
// callers only; the addresses that clients need (tiers 1 and 2) stand here as a literal table.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readPublished } from '../../src/surface/windmill/index.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

/** Without braces, so that an address can be asked for. */
const asked = (path: string): string =>
  `/api${path}`.replace('{workspace}', 'nowhere').replace(/\{(\w+)\}/g, 'x');

describe('the addresses that Windmill publishes', () => {
  let server: TestServer;
  /** May do nothing at all, so that asking harms nothing. */
  let token: string;

  before(async () => {
    server = await startTestServer();
    token = await server.tokenWith(['audit:read'], { readOnly: true });
  });
  after(() => server.stop());

  it('are built, or say that they are not under their own name', async () => {
    const published = readPublished();
    assert.ok(published.length > 900);
    const wrong: string[] = [];
    for (const { method, path, operationId } of published) {
      const response = await server.fetch(asked(path), { method, token });
      const text = await response.text();
      const says = /^Not built: (\w+)/.exec(text)?.[1];
      const known =
        response.status === 501 ? says !== undefined : !text.includes('no such address');
      if (!known) wrong.push(`${method} ${path} (${operationId}): ${response.status} ${text}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('that are not built are shown to callers only', async () => {
    const path = '/api/w/test/npm_proxy/metadata/x';
    const refused = await server.fetch(path, { token: null });
    assert.equal(refused.status, 401);
    assert.doesNotMatch(await refused.text(), /getNpm|Not built/);
    const said = await server.fetch(path);
    assert.equal(said.status, 501);
    assert.match(await said.text(), /^Not built: \w+ \(GET \/api\/w\/\{workspace\}\/npm_proxy/);
    assert.equal((await server.fetch('/api/w/test/nothing/of/the/kind')).status, 404);
  });
});
