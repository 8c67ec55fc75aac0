// The limit of requests without a login, through a whole server: who is counted together, who not
// at all, when they may come again, and that a refused flood leaves nothing behind.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';
import { type Clock, readConfig, systemClock } from '../../base/index.ts';
import { createRateLimit } from './rate-limit.ts';

const content = 'export const main = () => 1';
const value = {
  runnables: { a: { type: 'inline', inlineScript: { language: 'bun', content } } },
  files: { '/index.ts': "document.getElementById('root')!.append('shown')" },
};

describe('requests without a login', () => {
  let server: TestServer;
  /** Stands still, so that a slow machine is not counted as patience; timers go on. */
  let at = systemClock.now();
  const clock: Clock = { ...systemClock, now: () => at };

  const send = (path: string, from: string, more: { body?: object; token?: null } = {}) =>
    server.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: JSON.stringify(more.body ?? {}),
      ...('token' in more ? { token: more.token ?? null } : {}),
    });
  const nobody = (path: string, from: string, body = {}) => send(path, from, { body, token: null });

  before(async () => {
    const env = { MILLRACE_ANONYMOUS_RATE: '3', MILLRACE_TRUSTED_PROXIES: '127.0.0.1, ::1/128' };
    server = await startTestServer(env, { clock });
    const made = async (op: string, input: object) =>
      assert.equal((await server.op(op, input)).status, 200);
    await made('folders.create', { name: 'team' });
    await made('scripts.create', { path: 'f/team/one', language: 'bun', content });
    for (const authenticationMethod of ['none', 'custom_script', 'windmill']) {
      await made('httpTriggers.create', {
        path: `f/team/${authenticationMethod}`,
        routePath: authenticationMethod,
        httpMethod: 'post',
        requestType: 'async',
        scriptPath: 'f/team/one',
        authenticationMethod,
      });
    }
    const policy = { execution_mode: 'anonymous' };
    await made('apps.create', { path: 'f/team/app', value, policy });
  });
  after(() => server.stop());

  it('are counted by address, and by app or route', async () => {
    const component = { component: 'a', args: {} };
    const doors: [path: string, body: object, good: number][] = [
      ['/api/r/none', {}, 201],
      ['/api/r/custom_script', {}, 201],
      ['/api/w/test/apps_u/execute_component/f/team/app', component, 200],
    ];
    for (const [path, body, good] of doors) {
      const statuses = [];
      for (let n = 0; n < 4; n += 1) statuses.push((await nobody(path, '192.0.2.1', body)).status);
      assert.deepEqual(statuses, [good, good, good, 429], path);
      assert.equal((await nobody(path, '192.0.2.2', body)).status, good, 'another address');
      assert.equal(
        (await send(path, '192.0.2.1', { body })).status,
        path.includes('/r/') ? 429 : good,
      );
    }
    const again = { path: 'f/team/app', ...component };
    const own = await nobody('/api/op/apps.execute?workspace=test', '192.0.2.1', again);
    assert.equal(own.status, 429, 'the same app by its other address');
    const refused = await nobody('/api/r/none', '192.0.2.1');
    assert.equal(refused.headers.get('retry-after'), '20');
    assert.match(await refused.text(), /3 a minute/);
    const jobs = (await server.op('jobs.list', { scriptPathExact: 'f/team/one' })).body.length;
    const rows = (await server.op('audit.list', {})).body.length;
    for (let n = 0; n < 5; n += 1) await nobody('/api/r/none', '192.0.2.1');
    assert.equal(
      (await server.op('jobs.list', { scriptPathExact: 'f/team/one' })).body.length,
      jobs,
    );
    assert.ok((await server.op('audit.list', {})).body.length <= rows + 2, 'no row for each');
    at += 20_000;
    assert.equal((await nobody('/api/r/none', '192.0.2.1')).status, 201);
    assert.equal((await nobody('/api/r/none', '192.0.2.1')).status, 429);
  });

  it('do not count who proves who it is', async () => {
    for (let n = 0; n < 5; n += 1) {
      assert.equal((await send('/api/r/windmill', '192.0.2.9')).status, 201);
      assert.equal((await nobody('/api/r/windmill', '192.0.2.9')).status, 401);
    }
  });

  it('count a network of IPv6 as one sender, and forget the oldest', () => {
    const limit = createRateLimit({ clock, perMinute: 1 });
    const pairs: [first: string, second: string, same: boolean][] = [
      ['2001:db8:0:7::1', '2001:DB8::7:ffff:0:0:1', true],
      ['2001:db8:1::1', '2001:db8:1:0:5::', true],
      ['2001:db8:2::1', '2001:db8:2:1::1', false],
      ['::ffff:198.51.100.1', '198.51.100.1', true],
      ['198.51.100.2', '198.51.100.3', false],
      ['fe80::1%eth0', 'fe80::2', true],
    ];
    for (const [first, second, same] of pairs) {
      limit.take(first, 'x');
      const isRefused = (error: any) => error.code === 'rate_limited';
      if (same) assert.throws(() => limit.take(second, 'x'), isRefused, second);
      else limit.take(second, 'x');
    }
    for (let n = 0; n < 20_000; n += 1) limit.take('198.51.100.9', `y${n}`);
    limit.take('198.51.100.1', 'x');
  });

  it('refuse settings that are none', () => {
    const wrong = ['10.0.0.0/33', 'proxy.internal', '10.0.0.1/8/8', '::1/129', '10.0.0.0/'];
    for (const text of wrong) {
      assert.throws(() => readConfig({ MILLRACE_TRUSTED_PROXIES: text }), /TRUSTED_PROXIES/, text);
    }
    assert.throws(() => readConfig({ MILLRACE_ANONYMOUS_RATE: '-1' }), /ANONYMOUS_RATE/);
    const { trustedProxies } = readConfig({ MILLRACE_TRUSTED_PROXIES: '10.0.0.0/8 ::1' });
    assert.deepEqual(trustedProxies, ['10.0.0.0/8', '::1']);
  });
});

describe('logins', () => {
  it('are counted by account and address, and in all by address', async () => {
    const at = systemClock.now();
    const clock: Clock = { ...systemClock, now: () => at };
    const env = { MILLRACE_TRUSTED_PROXIES: '127.0.0.1', MILLRACE_ANONYMOUS_RATE: '30' };
    const server = await startTestServer(env, { clock });
    try {
      const { email, password } = server.owner;
      const login = async (from: string, said: { email: string; password: string }, path: string) =>
        (
          await server.fetch(path, {
            method: 'POST',
            token: null,
            headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
            body: JSON.stringify(said),
          })
        ).status;
      const [own, windmill] = ['/api/op/session.login', '/api/auth/login'] as const;
      const guess = { email, password: 'not this one' };
      const statuses = [];
      for (let n = 0; n < 21; n += 1) {
        statuses.push(await login('192.0.2.1', guess, n % 2 === 0 ? own : windmill));
      }
      assert.deepEqual(statuses, [...Array<number>(20).fill(401), 429]);
      const upper = { email: email.toUpperCase(), password };
      assert.equal(await login('192.0.2.1', upper, own), 429, 'not even the right one');
      assert.equal(await login('192.0.2.2', { email, password }, own), 200, 'another address');
      const form = await server.fetch('/login', {
        method: 'POST',
        token: null,
        headers: { 'x-forwarded-for': '192.0.2.1', 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ email, password }),
      });
      assert.equal(form.status, 429);
      const others = [];
      for (let n = 0; n < 11; n += 1) {
        const other = { email: `nobody${n}@example.com`, password };
        others.push(await login('192.0.2.1', other, own));
      }
      assert.deepEqual(others, [...Array<number>(10).fill(401), 429], 'other accounts');
    } finally {
      await server.stop();
    }
  });
});
