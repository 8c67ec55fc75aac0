// Webhooks of whole servers: what a receiver hears of changes, in which order, and what not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { freshDatabase } from '../../../test/kit/database.ts';
import { movingClock } from '../../../test/kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const secret = 'do-not-tell-anybody';
const env = { MILLRACE_EGRESS_ALLOW: '127.0.0.1' };

describe('webhooks', () => {
  const clock = movingClock();
  let server: TestServer;
  let receiver: Server;
  let address: string;
  let developer: string;
  let heard: any[] = [];
  let tries = 0;
  /** What the receiver answers; null: nothing at all, until the connection is cut. */
  let answer: () => number | null;
  let unanswered: ServerResponse[] = [];
  let wake: () => void = () => undefined;

  async function until(is: () => boolean): Promise<void> {
    while (!is()) await new Promise<void>((done) => (wake = done));
  }
  async function op(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const variable = (path: string, more: object = {}) =>
    op('variables.create', { path, value: secret, ...more });
  const briefly = () => heard.map(({ type, path }) => [type, path]);

  before(async () => {
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        tries += 1;
        const status = answer();
        if (status === 200) heard.push(JSON.parse(String(Buffer.concat(chunks))));
        if (status === null) unanswered.push(response);
        else response.writeHead(status).end();
        wake();
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/?key=k`;
    server = await startTestServer(env, { clock });
    const account = { email: 'dev@example.com', password: 'correct horse battery' };
    await op('users.create', account);
    await op('members.add', { email: account.email, username: 'dev', role: 'developer' });
    developer = (await op('session.login', account)).token;
    await op('folders.create', { name: 'team' });
  });
  beforeEach(async () => {
    answer = () => 200;
    await op('webhooks.set', { address });
    heard = [];
    unanswered = [];
    tries = 0;
  });
  after(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await server.stop();
  });

  it('are for admins to set and to see', async () => {
    assert.equal((await server.op('webhooks.set', { address }, developer)).status, 403);
    assert.deepEqual(await op('webhooks.get', {}, developer), {
      address: null,
      failures: 0,
      error: null,
    });
    assert.equal((await op('webhooks.get')).address, address);
  });

  it('hear of every change to an item, once and in order, and of no value', async () => {
    const path = 'f/team/a';
    await op('scripts.create', { path, content: `// ${secret}`, language: 'bash' });
    const { hash } = await op('scripts.get', { path });
    await op('scripts.create', { path, content: 'echo 2', language: 'bash', parentHash: hash });
    await op('scripts.archive', { path });
    const value = { modules: [] };
    await op('flows.create', { path, value });
    await op('flows.update', { path, newPath: 'f/team/b', value });
    await op('flows.archive', { path: 'f/team/b', archived: true });
    await op('flows.delete', { path: 'f/team/b' });
    await variable(path, { isSecret: true });
    await op('variables.update', { path, value: `${secret}!` });
    await op('variables.delete', { path });
    await op('resources.create', { path, resourceType: 'c_a', value: { secret } });
    await op('resources.delete', { path });
    await op('resources.create', { path, resourceType: 'state', value: 1 });
    await op('resources.delete', { path });
    await op('resourceTypes.create', { name: 'c_a', schema: {} });
    await variable('f/team/last');
    await until(() => heard.some((each) => each.path === 'f/team/last'));
    assert.deepEqual(
      heard.map(({ type, workspace, hash: _hash, ...where }) => [type, workspace, where]),
      [
        ['CreateScript', 'test', { path }],
        ['UpdateScript', 'test', { path }],
        ['DeleteScript', 'test', { path }],
        ['CreateFlow', 'test', { path }],
        ['UpdateFlow', 'test', { old_path: path, new_path: 'f/team/b' }],
        ['ArchiveFlow', 'test', { path: 'f/team/b' }],
        ['DeleteFlow', 'test', { path: 'f/team/b' }],
        ['CreateVariable', 'test', { path }],
        ['UpdateVariable', 'test', { old_path: path, new_path: path }],
        ['DeleteVariable', 'test', { path }],
        ['CreateResource', 'test', { path }],
        ['DeleteResource', 'test', { path }],
        ['CreateResourceType', 'test', { name: 'c_a' }],
        ['CreateVariable', 'test', { path: 'f/team/last' }],
      ],
    );
    assert.equal(heard[0].hash, hash);
    assert.equal(JSON.stringify(heard).includes(secret), false);
    assert.equal(tries, heard.length);
  });

  it('are tried again before anything later is told', async () => {
    answer = () => 500;
    await variable('f/team/c');
    await variable('f/team/d');
    await until(() => tries === 1);
    const failed = /answered 500/;
    while (!failed.test((await op('webhooks.get')).error ?? ''));
    answer = () => 200;
    clock.pass(5000);
    await until(() => heard.length === 2);
    const both = ['f/team/c', 'f/team/d'].map((path) => ['CreateVariable', path]);
    assert.deepEqual(briefly(), both);
    while ((await op('webhooks.get')).error !== null);
  });

  it('keep nobody waiting; another server goes on for one that does not come back', async () => {
    answer = () => null;
    await variable('f/team/e');
    await until(() => tries === 1);
    await variable('f/team/f');
    const later = movingClock();
    const beside = await startTestServer(env, { beside: server, clock: later });
    try {
      assert.deepEqual(briefly(), []);
      answer = () => 200;
      later.pass(40_000);
      await until(() => heard.length === 2);
      // The one that was late learns nothing by it, and tells nothing twice.
      for (const response of unanswered) response.destroy();
      const both = ['f/team/e', 'f/team/f'].map((path) => ['CreateVariable', path]);
      assert.deepEqual(briefly(), both);
      await variable('f/team/g');
      await until(() => heard.at(-1).path === 'f/team/g');
      assert.equal(tries, 4);
    } finally {
      await beside.stop();
    }
  });

  it('hear after a restart what they did not hear before', async () => {
    const database = await freshDatabase();
    const beside = { databaseUrl: database.url };
    const first = await startTestServer(env, { beside });
    answer = () => null;
    await first.op('webhooks.set', { address });
    await first.op('folders.create', { name: 'team' });
    const made = await first.op('variables.create', { path: 'f/team/a', value: '' });
    assert.equal(made.status, 200);
    await until(() => tries === 1);
    await first.stop();
    answer = () => 200;
    const second = await startTestServer(env, { beside });
    await until(() => heard.length === 1);
    await second.stop();
    await database.drop();
    assert.deepEqual(briefly(), [['CreateVariable', 'f/team/a']]);
  });

  it('are given up after ten tries, with the reason for admins', async () => {
    answer = () => 404;
    await variable('f/team/h');
    await variable('f/team/i');
    for (let failures = 1; failures <= 10; failures += 1) {
      while ((await op('webhooks.get')).failures !== failures);
      clock.pass(600_000);
    }
    assert.match((await op('webhooks.get')).error, /^It answered 404\. What waited was dropped\.$/);
    answer = () => 200;
    await variable('f/team/j');
    await until(() => heard.length === 1);
    assert.deepEqual([briefly(), tries], [[['CreateVariable', 'f/team/j']], 11]);
  });

  it('hear nothing at an address of a private network, nor after they are taken away', async () => {
    await op('webhooks.set', { address: 'http://10.0.0.1/' });
    await variable('f/team/k');
    const refused = /not on the public internet/;
    while (!refused.test((await op('webhooks.get')).error ?? ''));
    await op('webhooks.set', { address: null });
    await variable('f/team/l');
    await op('webhooks.set', { address });
    await variable('f/team/m');
    await until(() => heard.length === 1);
    assert.deepEqual(briefly(), [['CreateVariable', 'f/team/m']]);
    assert.equal(
      server.logLines.some((line) => line.includes('?key=k')),
      false,
    );
  });
});
