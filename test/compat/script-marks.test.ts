// What people change of a deployed script without a new version, by Windmill's routes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

describe('a script without a new version', () => {
  let server: TestServer;
  let hash = '';
  const path = 'f/examples/marked';
  before(async () => {
    server = await startTestServer();
    const content = 'export const main = () => 1;';
    const made = await server.op('scripts.create', { path, language: 'bun', content });
    ({ hash } = made.body);
  });
  after(() => server?.stop());

  const post = (address: string, body: unknown, token?: string) =>
    server.fetch(`/api/w/test/scripts/${address}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(token === undefined ? {} : { token }),
    });

  it('says something else of its deployment', async () => {
    const said = { deployment_msg: 'for the invoices' };
    assert.equal((await post(`history_update/h/${hash}/p/${path}`, said)).status, 200);
    const { body } = await server.op('scripts.history', { path });
    assert.deepEqual(
      body.map((row: any) => [row.scriptHash, row.deploymentMsg]),
      [[hash, 'for the invoices']],
    );
    const other = `history_update/h/${hash}/p/f/examples/hello`;
    assert.equal((await post(other, said)).status, 404);
    const reader = await server.tokenWith(['scripts:read']);
    assert.equal((await post(`history_update/h/${hash}/p/${path}`, said, reader)).status, 403);
  });

  it('is left out of the error handler, and taken back in', async () => {
    const muted = async (): Promise<unknown> => {
      const answer = await server.fetch(`/api/w/test/scripts/get/p/${path}`);
      const body = (await answer.json()) as any;
      assert.equal(body.hash, hash);
      return body.ws_error_handler_muted;
    };
    const address = `toggle_workspace_error_handler/p/${path}`;
    assert.equal((await post(address, { muted: true })).status, 200);
    assert.equal(await muted(), true);
    assert.equal((await post(address, { muted: false })).status, 200);
    assert.equal(await muted(), false);
    assert.equal((await post(address, { muted: 'yes' })).status, 400);
    const nowhere = 'toggle_workspace_error_handler/p/f/examples/nowhere';
    assert.equal((await post(nowhere, { muted: true })).status, 404);
  });
});
