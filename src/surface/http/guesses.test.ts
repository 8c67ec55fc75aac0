// The limit of wrong proofs, through a whole server: keys of routes, and who is not held up.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';
import { type Clock, systemClock } from '../../base/index.ts';

describe('wrong proofs', () => {
  let server: TestServer;
  /** Stands still, so that a slow machine is not counted as patience; timers go on. */
  let at = systemClock.now();
  const clock: Clock = { ...systemClock, now: () => at };

  const send = (path: string, from: string, more: { body?: object; headers?: object } = {}) =>
    server.fetch(path, {
      method: 'POST',
      token: null,
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from, ...more.headers },
      body: JSON.stringify(more.body ?? {}),
    });
  const must = async (op: string, input: object): Promise<any> => {
    const { status, body } = await server.op(op, input);
    assert.equal(status, 200, `${op}: ${JSON.stringify(body)}`);
    return body;
  };

  before(async () => {
    server = await startTestServer({ MILLRACE_TRUSTED_PROXIES: '127.0.0.1, ::1/128' }, { clock });
    await must('folders.create', { name: 'team' });
    const content = 'export const main = () => 1';
    await must('scripts.create', { path: 'f/team/one', language: 'bun', content });
    const value = { api_key_header: 'x-key', api_key_secret: 'right' };
    await must('resources.create', { path: 'f/team/key', resourceType: 'api_key_auth', value });
    for (const name of ['keyed', 'other']) {
      await must('httpTriggers.create', {
        path: `f/team/${name}`,
        routePath: name,
        httpMethod: 'post',
        requestType: 'async',
        scriptPath: 'f/team/one',
        authenticationMethod: 'api_key',
        authenticationResourcePath: 'f/team/key',
      });
    }
  });
  after(() => server.stop());

  it('of a route are answered 30 times, then not even a right one for some time', async () => {
    const guess = (key: string, from = '192.0.2.1', route = 'keyed') =>
      send(`/api/r/${route}`, from, { headers: { 'x-key': key } });
    for (let n = 0; n < 40; n += 1) assert.equal((await guess('right')).status, 201);
    for (let n = 0; n < 30; n += 1) assert.equal((await guess(`wrong ${n}`)).status, 401);
    const refused = await guess('wrong again');
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    assert.equal((await guess('right')).status, 429, 'a guess that is right tells nothing');
    assert.equal((await guess('right', '192.0.2.2')).status, 201, 'another address');
    assert.equal((await guess('right', '192.0.2.1', 'other')).status, 201, 'another route');
    at += 2001;
    assert.equal((await guess('right')).status, 201);
    at += 60_000;
    assert.equal((await guess('wrong')).status, 401);
  });
});
