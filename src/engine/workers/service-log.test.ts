// Worker logs through the public faces: what every process logs is kept, without secrets, for
// the instance's admins alone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLog } from '../../base/index.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';
import { startWorkerProcess } from '../../../test/kit/spawned-worker.ts';

describe('worker logs', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  const logs = async (input: Record<string, unknown> = {}) => {
    const { status, body } = await server.op('workers.logs', input);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };

  it('hold the lines of the server, newest first, narrowed as asked', async () => {
    await server.fetch('/api/version');
    const lines = await logs({ limit: 1000 });
    const [newest] = lines;
    assert.ok(newest.at >= lines.at(-1).at);
    assert.equal(newest.mode, 'server');
    assert.equal(newest.workerGroup, 'default');
    const start = lines.find((line: any) => line.message === 'the server starts');
    assert.equal(typeof start.fields.version, 'string');
    assert.deepEqual(await logs({ level: 'error' }), []);
    const info = await logs({ level: 'info', contains: 'SERVER STARTS' });
    assert.deepEqual(
      info.map((line: any) => line.message),
      ['the server starts'],
    );
    assert.equal((await logs({ limit: 1 })).length, 1);
    assert.deepEqual(await logs({ worker: 'wk-nobody' }), []);
    assert.deepEqual(await logs({ before: 1000 }), []);
    const { at } = start;
    const then = await logs({ after: at, before: at, contains: 'starts' });
    assert.deepEqual(
      then.map((line: any) => line.at),
      [at],
    );
    const wide = await server.op('workers.logs', { limit: 100_000 });
    assert.equal(wide.status, 400);
  });

  it('are files of a minute in Windmill’s form', async () => {
    const listed = await server.fetch('/api/service_logs/list_files');
    assert.equal(listed.status, 200);
    const files: any[] = JSON.parse(await listed.text());
    assert.deepEqual(Object.keys(files[0]).toSorted(), [
      'err_lines',
      'file_path',
      'hostname',
      'json_fmt',
      'log_ts',
      'mode',
      'ok_lines',
      'worker_group',
    ]);
    assert.match(files[0].file_path, /^wk-default-[^/]+\/\d{4}-\d\d-\d\dT\d\d-\d\d\.log$/);
    assert.ok(files[0].ok_lines > 0);
    const file = await server.fetch(`/api/service_logs/get_log_file/${files.at(-1).file_path}`);
    assert.match(file.headers.get('content-type') ?? '', /^text\/plain/);
    const text = await file.text();
    assert.match(text, /"message":"the server starts"/);
    for (const line of text.trimEnd().split('\n')) JSON.parse(line);
    const none = await server.fetch('/api/service_logs/list_files?with_error=true');
    assert.deepEqual(await none.json(), []);
    const old = await server.fetch('/api/service_logs/list_files?before=2020-01-01T00:00:00Z');
    assert.deepEqual(await old.json(), []);
    for (const path of ['x', 'wk-x/2026-11-21T20-15.log', 'wk-x/2026-99-99T99-99.log', 'a/b/c']) {
      const gone = await server.fetch(`/api/service_logs/get_log_file/${path}`);
      assert.equal(gone.status, 404, path);
    }
  });

  it('hold the lines of worker processes, when they have ended too', async () => {
    const worker = await startWorkerProcess(['--group', 'gpu', '--tags', 'gpu'], {
      MILLRACE_DATABASE_URL: server.databaseUrl,
      MILLRACE_BASE_URL: server.origin,
    });
    const { body: workers } = await server.op('workers.list');
    const { worker: name } = workers.find((one: any) => one.workerGroup === 'gpu');
    worker.terminate();
    await worker.ended;
    const lines = await logs({ worker: name, level: 'info' });
    assert.equal(lines[0].message, 'the worker has stopped');
    assert.equal(lines.at(-1).message, 'the worker starts');
    assert.deepEqual(lines.at(-1).fields.tags, ['gpu']);
    for (const line of lines) {
      assert.equal(line.worker, name);
      assert.equal(line.mode, 'worker');
      assert.equal(line.workerGroup, 'gpu');
    }
  });

  it('are for devops and instance admins alone, and hold no token', async () => {
    const person = async (username: string, more: Record<string, unknown>) => {
      const email = `${username}@example.com`;
      const password = 'a password of its own';
      await server.op('users.create', { email, password });
      await server.op('members.add', { email, username, ...more });
      return (await server.op('session.login', { email, password })).body.token;
    };
    const tokens = {
      admin: await person('ann', { role: 'admin' }),
      developer: await person('dev', { role: 'developer' }),
      operator: await person('opal', { role: 'operator' }),
      'the owner, for jobs': await server.tokenWith(['jobs:run', 'jobs:read']),
      'the owner, for workers': await server.tokenWith(['service_logs:read']),
    };
    const may: Record<string, number> = { 'the owner, for workers': 200 };
    for (const [who, token] of Object.entries(tokens)) {
      for (const name of ['workers.logs', 'workers.logFiles']) {
        const { status } = await server.op(name, {}, token);
        assert.equal(status, may[who] ?? 403, `${who}: ${name}`);
      }
      const file = { file: 'wk-x/2026-11-21T20-15.log' };
      const { status } = await server.op('workers.logFile', file, token);
      assert.equal(status, may[who] === 200 ? 404 : 403, who);
      const rest = await server.fetch('/api/service_logs/list_files', { token });
      assert.equal(rest.status, may[who] ?? 403, who);
    }
    const nobody = await server.fetch('/api/service_logs/list_files', { token: null });
    assert.equal(nobody.status, 401);
    const all = JSON.stringify(await logs({ limit: 1000 }));
    for (const secret of [server.token, server.owner.password, ...Object.values(tokens)]) {
      assert.ok(!all.includes(secret));
    }
  });
});

describe('the log of a process', () => {
  it('hands a listener what was said before, without secrets, and what is said then', () => {
    const heard: string[] = [];
    const written: string[] = [];
    const log = createLog('info', (line) => written.push(line));
    for (let index = 0; index < 600; index += 1) log.info(`line ${index}`, { password: 'hunter2' });
    log.debug('too quiet');
    const end = log.tap((line, level) => heard.push(`${level} ${line}`));
    log.error('later', { apiKey: 'hunter2' });
    end();
    log.error('unheard');
    assert.equal(heard.length, 501);
    assert.match(heard[0] ?? '', /^info .*"message":"line 100"/);
    assert.match(heard.at(-1) ?? '', /^error .*"message":"later"/);
    assert.doesNotMatch(heard.join('\n'), /hunter2|too quiet|unheard/);
    assert.equal(written.length, 602);
  });
});
