// Tokens that are kept fresh: who gets a new one when, that many readers cost one request, what a
// service refuses, and that nobody reaches another person's account.
import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const owned = { email: 'dev@example.com', password: 'correct horse battery dev' };

describe('OAuth accounts', () => {
  let server: TestServer;
  let service: Server;
  let tokenUrl = '';
  let dev = '';
  let forms: URLSearchParams[] = [];
  let answer: (response: ServerResponse, n: number) => void;
  let lastPath = 0;

  const gives = (expires_in: number) => (response: ServerResponse, n: number) =>
    void response.end(
      JSON.stringify({ access_token: `access-${n}`, refresh_token: `refresh-${n}`, expires_in }),
    );

  async function op(name: string, input: unknown, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const account = (more: object = {}) => ({
    client: 'stand-in',
    tokenUrl,
    clientId: 'id',
    clientSecret: 'client-secret-1',
    refreshToken: 'refresh-0',
    expiresIn: 0,
    ...more,
  });
  /** A secret with an account behind it; answers its path. */
  async function tokenOf(id: number): Promise<string> {
    lastPath += 1;
    const path = `u/owner/token${lastPath}`;
    const value = 'access-0';
    await op('variables.create', { path, value, isSecret: true, account: id, isOauth: true });
    return path;
  }
  const read = (path: string) => op('variables.getValue', { path });

  before(async () => {
    service = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += String(chunk);
      });
      request.on('end', () => {
        forms.push(new URLSearchParams(text));
        answer(response, forms.length);
      });
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    tokenUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}/token`;
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    await op('users.create', owned);
    await op('members.add', { email: owned.email, username: 'dev', role: 'developer' });
    dev = (await op('session.login', owned)).token;
  });
  after(async () => {
    await server.stop();
    await new Promise((resolve) => service.close(resolve));
  });
  beforeEach(() => {
    forms = [];
    answer = gives(3600);
  });

  it('gets a new token before it hands one out that ends, and only then', async () => {
    const { id } = await op('accounts.create', account());
    const path = await tokenOf(id);
    const values = await Promise.all(Array.from({ length: 10 }, () => read(path)));
    assert.deepEqual(new Set(values), new Set(['access-1']));
    assert.equal(forms.length, 1);
    assert.deepEqual(Object.fromEntries(forms[0] ?? []), {
      grant_type: 'refresh_token',
      client_id: 'id',
      client_secret: 'client-secret-1',
      refresh_token: 'refresh-0',
    });
    assert.equal(await read(path), 'access-1');
    // The next refresh uses the token that came with the last.
    await op('accounts.refresh', { id });
    assert.equal(forms[1]?.get('refresh_token'), 'refresh-1');
    assert.equal(await read(path), 'access-2');
  });

  it('serves resources and jobs, and survives a rotation of the key', async () => {
    const { id } = await op('accounts.create', account());
    const path = await tokenOf(id);
    await op('variables.rotateKey', {});
    const value = { token: `$var:${path}` };
    await op('resources.create', { path: 'u/owner/service', resourceType: 'any', value });
    const content = 'export const main = (service: any) => service.token.length';
    const input = { content, language: 'bun', args: { service: '$res:u/owner/service' } };
    const outcome = await op('jobs.previewWait', input);
    assert.equal(outcome.result, 'access-1'.length, JSON.stringify(outcome));
  });

  it('asks with the client alone where that is the grant', async () => {
    const grant = { grantType: 'client_credentials', refreshToken: '', scopes: ['a', 'b'] };
    const { id } = await op('accounts.create', account(grant));
    assert.equal(await read(await tokenOf(id)), 'access-1');
    assert.deepEqual(Object.fromEntries(forms[0] ?? []), {
      grant_type: 'client_credentials',
      client_id: 'id',
      client_secret: 'client-secret-1',
      scope: 'a b',
    });
  });

  it('says why a service refuses, asks it no more for a while, and shows no secret', async () => {
    answer = (response) =>
      void response.writeHead(400).end('{"error":"invalid_grant","hint":"refresh-0"}');
    const { id } = await op('accounts.create', account());
    const path = await tokenOf(id);
    for (const _ of [1, 2]) {
      const { status, body } = await server.op('variables.getValue', { path });
      assert.equal(status, 422);
      assert.match(body.error.message, /stand-in account gave no token: .*invalid_grant/);
    }
    assert.equal(forms.length, 1);
    const [listed] = (await op('accounts.list', {})).filter((each: any) => each.id === id);
    assert.match(listed.refreshError, /invalid_grant/);
    const seen = JSON.stringify([listed, server.logLines]);
    assert.doesNotMatch(seen, /client-secret-1|refresh-0|access-0/);
    answer = gives(3600);
    await op('accounts.refresh', { id });
    assert.equal(await read(path), 'access-2');
  });

  it('takes an answer that is no token for a refusal', async () => {
    for (const text of ['<html>', '{}', '[]', '{"access_token":""}']) {
      answer = (response) => void response.end(text);
      const { id } = await op('accounts.create', account());
      const { status, body } = await server.op('accounts.refresh', { id });
      assert.equal(status, 422, JSON.stringify(body));
    }
  });

  it('keeps accounts of others out of reach', async () => {
    const { id } = await op('accounts.create', account());
    const path = 'u/dev/stolen';
    const stolen = { path, value: 'x', isSecret: true, account: id, isOauth: true };
    const tries: [string, unknown][] = [
      ['variables.create', stolen],
      ['accounts.refresh', { id }],
      ['accounts.delete', { id }],
    ];
    for (const [name, input] of tries) {
      const { status, body } = await server.op(name, input, dev);
      assert.equal(status, 404, `${name}: ${JSON.stringify(body)}`);
    }
    await op('variables.create', { path, value: 'x', isSecret: true }, dev);
    const moved = await server.op('variables.update', { path, account: id, isOauth: true }, dev);
    assert.equal(moved.status, 404);
    assert.deepEqual(await op('accounts.list', {}, dev), []);
    assert.deepEqual(forms, []);
    const own = await op('accounts.create', account(), dev);
    assert.equal((await op('accounts.list', {}, dev)).length, 1);
    await op('accounts.delete', own, dev);
  });

  it('refuses an account that could never work', async () => {
    for (const more of [{ refreshToken: '' }, { tokenUrl: 'file:///x' }, { expiresIn: -1 }]) {
      const { status } = await server.op('accounts.create', account(more));
      assert.equal(status, 400);
    }
  });
});
