// Who may do what with schedules, what is refused when one is written, Windmill's wire shapes, and
// two servers on one database.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { movingClock } from '../../../test/kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('schedules of several people and servers', () => {
  const clock = movingClock();
  let server: TestServer;
  let tokens: Record<string, string>;

  async function must(op: string, input: object = {}, token?: string): Promise<any> {
    const answer = await server.op(op, input, token);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  async function member(name: string, role: string): Promise<string> {
    const person = { email: `${name}@example.com`, password: 'correct horse battery' };
    await must('users.create', person);
    await must('members.add', { email: person.email, username: name, role });
    return (await must('session.login', person)).token;
  }
  const script = (path: string) =>
    must('scripts.create', {
      path,
      language: 'bun',
      content: `export const main = () => process.env.WM_SCHEDULED_FOR;`,
    });
  const hourly = (path: string, more: object = {}) => ({
    path,
    schedule: '0 0 * * * *',
    timezone: 'UTC',
    scriptPath: 'f/team/run',
    ...more,
  });

  before(async () => {
    server = await startTestServer({}, { clock });
    tokens = {
      admin: server.token,
      dev: await member('dev', 'developer'),
      reader: await member('reader', 'developer'),
      operator: await member('oper', 'operator'),
      stranger: await member('stranger', 'developer'),
    };
    await must('folders.create', {
      name: 'team',
      extraPerms: { 'u/dev': true, 'u/reader': false, 'u/oper': false },
    });
    await must('folders.create', { name: 'vault' });
    await script('f/team/run');
    await script('f/vault/run');
    await must('schedules.create', hourly('f/team/a', { enabled: false }));
  });
  after(() => server.stop());

  it('follow the table of who may do what', async () => {
    const at = { path: 'f/team/a' };
    const none = { path: 'f/team/none' };
    const cron = { schedule: '0 0 * * * *', timezone: 'UTC' };
    type Statuses = [
      admin: number,
      dev: number,
      reader: number,
      operator: number,
      stranger: number,
    ];
    const rows: [op: string, input: object, statuses: Statuses][] = [
      ['schedules.get', at, [200, 200, 200, 200, 404]],
      ['schedules.exists', at, [200, 200, 200, 200, 404]],
      ['schedules.list', {}, [200, 200, 200, 200, 200]],
      ['schedules.listWithJobs', {}, [200, 200, 200, 200, 200]],
      ['schedules.preview', cron, [200, 200, 200, 200, 200]],
      ['schedules.create', hourly('f/team/a'), [409, 409, 403, 403, 404]],
      ['schedules.update', { ...at, summary: 'x' }, [200, 200, 403, 403, 404]],
      ['schedules.setEnabled', { ...at, enabled: false }, [200, 200, 403, 403, 404]],
      ['schedules.delete', none, [404, 404, 403, 403, 404]],
    ];
    for (const [op, input, statuses] of rows) {
      for (const [index, who] of Object.keys(tokens).entries()) {
        const answer = await server.op(op, input, tokens[who]);
        const said = `${who} ${op}: ${JSON.stringify(answer.body)}`;
        assert.equal(answer.status, statuses[index], said);
      }
    }
    assert.deepEqual(await must('schedules.list', {}, tokens['stranger']), []);
    const audit: any[] = await must('audit.list', {});
    const creates = audit.filter(({ operation }) => operation === 'schedules.create');
    assert.deepEqual(
      creates
        .slice(0, 2)
        .map(({ username, outcome, code, target }) => [username, outcome, code, target]),
      [
        ['stranger', 'refused', 'not_found', 'schedules/f/team/a'],
        ['oper', 'refused', 'forbidden', 'schedules/f/team/a'],
      ],
    );
  });

  it('start only what their writer may run, with the rights of that person', async () => {
    const dev = tokens['dev'] ?? '';
    const refused: [more: object, status: number, words: RegExp][] = [
      [{ scriptPath: 'f/vault/run' }, 404, /not found.*f\/vault\/run/i],
      [{ scriptPath: 'f/team/none' }, 404, /f\/team\/none/],
      [{ onFailure: 'script/f/vault/run' }, 404, /f\/vault\/run/],
      [{ dynamicSkip: 'f/vault/run' }, 404, /f\/vault\/run/],
      [{ onFailure: 'f/team/run' }, 400, /script\/<path>/],
      [{ onFailure: 'script/hub/1/x' }, 400, /script\/<path>/],
      [{ schedule: '0 0 0 30 2 *' }, 400, /never comes/],
      [{ args: 'a' }, 400, /args/],
      [{ retry: { constant: { attempts: -1 } } }, 400, /attempts/],
      [{ unknown: 1 }, 400, /unknown/],
      [{ permissionedAs: 'u/owner', preservePermissionedAs: true }, 403, /Only admins/],
    ];
    for (const [more, status, words] of refused) {
      const answer = await server.op('schedules.create', hourly('u/dev/refused', more), dev);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(JSON.stringify(answer.body), words);
    }
    await must('schedules.create', hourly('u/dev/mine', { permissionedAs: 'u/owner' }), dev);
    assert.equal((await must('schedules.get', { path: 'u/dev/mine' })).permissionedAs, 'u/dev');
    const as = { path: 'u/dev/mine', permissionedAs: 'u/reader', preservePermissionedAs: true };
    await must('schedules.update', as);
    const kept = await must('schedules.get', { path: 'u/dev/mine' });
    assert.deepEqual([kept.permissionedAs, kept.email], ['u/reader', 'reader@example.com']);
    await must('schedules.update', { path: 'u/dev/mine', summary: 'again' });
    assert.equal((await must('schedules.get', { path: 'u/dev/mine' })).permissionedAs, 'u/owner');
    await must('schedules.delete', { path: 'u/dev/mine' });
  });

  it('leave a script that runs on behalf of somebody to that person', async () => {
    const deployed = await server.fetch(`/api/w/${server.workspace}/scripts/create`, {
      method: 'POST',
      token: tokens['dev'] ?? null,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        path: 'f/team/behalf',
        summary: '',
        language: 'bun',
        content: 'export const main = () => process.env.WM_PERMISSIONED_AS;',
        on_behalf_of_email: 'dev@example.com',
      }),
    });
    assert.equal(deployed.status, 201, await deployed.text());
    const path = 'f/team/behalf_hourly';
    await must('schedules.create', hourly(path, { scriptPath: 'f/team/behalf' }));
    const { nextAt } = await must('schedules.get', { path });
    clock.pass(nextAt - clock.now() + 1);
    for (;;) {
      const [job] = await must('jobs.list', { schedulePath: path });
      if (job?.type !== 'CompletedJob') continue;
      const { result, createdBy } = await must('jobs.get', { id: job.id });
      assert.deepEqual([result, createdBy], ['u/dev', 'schedule-f-team-behalf_hourly']);
      break;
    }
    await must('schedules.delete', { path });
  });

  it('need the right to run in a token’s scopes, and keep its limits', async () => {
    const writes = await server.tokenWith(['schedules:write']);
    const refused = await server.op('schedules.create', hourly('f/team/scoped'), writes);
    assert.equal(refused.status, 403, JSON.stringify(refused.body));
    assert.match(JSON.stringify(refused.body), /jobs:run/);
    const both = await server.tokenWith(['schedules:write', 'jobs:run:scripts:f/team/*']);
    await must('schedules.create', hourly('f/team/scoped'), both);
    const { nextAt } = await must('schedules.get', { path: 'f/team/scoped' });
    clock.pass(nextAt - clock.now() + 1);
    for (;;) {
      const jobs = await must('jobs.list', { schedulePath: 'f/team/scoped' });
      if (jobs[0]?.type !== 'CompletedJob') continue;
      assert.equal(jobs[0].success, true);
      break;
    }
    await must('schedules.delete', { path: 'f/team/scoped' });
  });

  it('say on the wire what Windmill says', async () => {
    const w = `/api/w/${server.workspace}/schedules`;
    const send = async (path: string, body?: unknown, method = 'POST') => {
      const answer = await server.fetch(path, {
        method: body === undefined && method === 'POST' ? 'GET' : method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json' },
      });
      return { status: answer.status, text: await answer.text() };
    };
    const body = {
      path: 'f/team/wire',
      schedule: '0 30 8 * * MON-FRI',
      timezone: 'Europe/Paris',
      script_path: 'f/team/run',
      is_flow: false,
      args: { a: 1 },
      on_failure: 'script/f/team/run',
      on_failure_times: 2,
      retry: { constant: { attempts: 3, seconds: 5 } },
      paused_until: '2031-01-01T00:00:00Z',
      summary: 'each day',
      no_flow_overlap: false,
    };
    assert.equal((await send(`${w}/create`, body)).status, 200);
    const got = JSON.parse((await send(`${w}/get/f/team/wire`)).text);
    assert.equal(got.enabled, false, 'Windmill’s default');
    const { edited_at: editedAt, ...rest } = got;
    assert.match(editedAt, /^\d{4}-/);
    assert.deepEqual(rest, {
      workspace_id: 'test',
      ...body,
      enabled: false,
      paused_until: '2031-01-01T00:00:00.000Z',
      edited_by: 'owner',
      extra_perms: {},
      email: 'owner@example.com',
      is_draft: false,
      permissioned_as: 'u/owner',
    });
    assert.equal((await send(`${w}/setenabled/f/team/wire`, { enabled: true })).status, 200);
    const update = { schedule: '0 0 9 * * *', timezone: 'UTC', args: {} };
    assert.equal((await send(`${w}/update/f/team/wire`, update)).status, 200);
    const changed = JSON.parse((await send(`${w}/get/f/team/wire`)).text);
    assert.deepEqual(
      [changed.enabled, changed.on_failure, changed.retry, changed.paused_until, changed.summary],
      [true, undefined, undefined, undefined, undefined],
    );
    assert.equal((await send(`${w}/exists/f/team/wire`)).text, 'true');
    const listed = JSON.parse((await send(`${w}/list?path=f/team/run&path_start=f/team/w`)).text);
    assert.deepEqual(
      listed.map((row: any) => row.path),
      ['f/team/wire'],
    );
    const preview = await send('/api/schedules/preview', {
      schedule: '0 0 12 * * *',
      timezone: 'UTC',
    });
    const ticks = JSON.parse(preview.text);
    assert.deepEqual([ticks.length, ticks[0].slice(11)], [5, '12:00:00.000Z']);
    const bad = await send('/api/schedules/preview', { schedule: '0 0 0 30 2 *', timezone: 'UTC' });
    assert.deepEqual([bad.status, /never comes/.test(bad.text)], [400, true]);
    assert.equal((await send(`${w}/delete/f/team/wire`, undefined, 'DELETE')).status, 200);
    assert.equal((await send(`${w}/get/f/team/wire`)).status, 404);
  });

  it('fire each tick once, whichever of two servers sees it first', async () => {
    const second = await startTestServer({}, { clock, beside: server });
    try {
      const path = 'f/team/both';
      await must('schedules.create', hourly(path));
      const rounds = 12;
      for (let round = 0; round < rounds; round += 1) {
        const { nextAt } = await must('schedules.get', { path });
        clock.pass(nextAt - clock.now() + 1);
        for (;;) {
          const jobs: any[] = await must('jobs.list', { schedulePath: path });
          const over = jobs.filter(({ type }) => type === 'CompletedJob');
          if (jobs.length === round + 1 && over.length === jobs.length) break;
          assert.ok(jobs.length <= round + 1, 'no tick fired twice');
        }
      }
      const [listed] = await must('schedules.listWithJobs', { path });
      assert.equal(listed.jobs.length, rounds);
      assert.deepEqual(Object.keys(listed.jobs[0]), ['id', 'success', 'duration_ms']);
    } finally {
      await second.stop();
    }
  });
});
