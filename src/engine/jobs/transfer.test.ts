// Jobs out of one workspace and into another one: as they were, without anybody's rights.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

describe('export and import of jobs', () => {
  let server: TestServer;
  const op = async (name: string, input: unknown = {}) => {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  };
  const rest = async (path: string, body?: unknown, workspace = 'test') => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const headers = { 'content-type': 'application/json' };
    const response = await server.fetch(`/api/w/${workspace}/${path}`, { ...sent, headers });
    const text = await response.text();
    return { status: response.status, text, json: (): any => JSON.parse(text) };
  };

  before(async () => {
    server = await startTestServer();
    await op('folders.create', { name: 'move' });
    const content = `export function main(n: number) {
      console.log('seen ' + n);
      if (n < 0) throw new Error('too small');
      return { n };
    }`;
    await op('scripts.create', { path: 'f/move/it', language: 'bun', content });
    const modules = [{ id: 'a', value: { type: 'script', path: 'f/move/it' } }];
    await op('flows.create', { path: 'f/move/flow', value: { modules } });
  });
  after(() => server.stop());

  it('keep what is over as it was', async () => {
    const good = await op('jobs.runWait', { path: 'f/move/it', args: { n: 1 } });
    const bad = await op('jobs.runWait', { path: 'f/move/it', args: { n: -1 } });
    const flow = await op('jobs.runFlowWait', { path: 'f/move/flow', waitMs: 30_000 });
    const pages = [1, 2, 3, 4, 5].map((page) =>
      rest(`jobs/completed/export?per_page=2&page=${page}`),
    );
    const whole: Json[] = (await Promise.all(pages)).flatMap((page) => page.json());
    const ids = [good.id, bad.id, flow.id];
    assert.deepEqual(
      ids.filter((id) => !whole.some((job) => job['id'] === id)),
      [],
    );
    const known = await rest('jobs/completed/import', whole);
    assert.deepEqual([known.status, known.text], [200, 'Imported 0 jobs']);

    const was = await Promise.all(ids.map(async (id) => (await rest(`jobs_u/get/${id}`)).json()));
    await op('jobs.deleteMany', { ids: whole.map(({ id }) => id) });
    assert.equal((await rest(`jobs_u/get/${good.id}`)).status, 404);
    const imported = await rest('jobs/completed/import', whole);
    assert.equal(imported.text, `Imported ${whole.length} jobs`);
    const now = await Promise.all(ids.map(async (id) => (await rest(`jobs_u/get/${id}`)).json()));
    assert.deepEqual(now, was);
    assert.match(now[0].logs, /seen 1/);
    assert.equal(now[1].success, false);
    assert.equal(now[2].flow_status.modules[0].type, 'Success');
    const restarted = await rest(`jobs/restart/f/${flow.id}`, { step_id: 'a' });
    assert.equal(restarted.status, 410, restarted.text);
  });

  it('start what waits anew, with the rights of who imports it', async () => {
    const later = { args: { n: 7 }, scheduledInSecs: 3600 };
    const { id } = await op('jobs.run', { path: 'f/move/it', ...later });
    const { id: flow } = await op('jobs.runFlow', { path: 'f/move/flow', ...later });
    const waiting: Json[] = (await rest('jobs/queue/export')).json();
    assert.deepEqual(new Set(waiting.map((job) => job['id'])), new Set([id, flow]));
    assert.equal((await rest('jobs/queue/import', waiting)).text, 'Imported 0 jobs');
    await op('jobs.cancelMany', { ids: [id, flow] });
    await op('jobs.deleteMany', { ids: [id, flow] });
    const forged = waiting.map((job) => ({ ...job, permissioned_as: 'u/root', email: 'r@x.y' }));
    assert.equal((await rest('jobs/queue/import', forged)).text, 'Imported 2 jobs');
    const again = await op('jobs.get', { id });
    assert.equal(again.email, server.owner.email);
    assert.notEqual(again.permissionedAs, 'u/root');
    assert.deepEqual([again.args, again.type], [{ n: 7 }, 'QueuedJob']);
    assert.ok(again.scheduledFor > again.createdAt + 3_000_000);
    await op('jobs.runNow', { id });
    assert.deepEqual((await op('jobs.wait', { id, waitMs: 30_000 })).result, { n: 7 });
    assert.equal((await rest('jobs/queue/import', waiting)).text, 'Imported 0 jobs');
  });

  it('is for admins, and says what is no job', async () => {
    const person = { email: 'dev@example.com', password: 'correct horse battery' };
    await op('users.create', person);
    await op('members.add', { email: person.email, username: 'dev', role: 'developer' });
    const { token } = await op('session.login', person);
    const given = { jobs: [] };
    const calls: [name: string, input: object][] = [
      ['jobs.export', { part: 'completed' }],
      ['jobs.importCompleted', given],
      ['jobs.importQueued', given],
    ];
    for (const [name, input] of calls) {
      const { status, body } = await server.op(name, input, token);
      assert.equal(status, 403, JSON.stringify(body));
    }
    const wrong: [body: unknown, says: RegExp][] = [
      [{}, /jobs/],
      [[{ id: 'x' }], /jobs\.0\.id/],
      [[7], /jobs/],
      [Array.from({ length: 1001 }, () => ({})), /jobs/],
    ];
    for (const [body, says] of wrong) {
      const answer = await rest('jobs/completed/import', body);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.text, says);
    }
  });
});
