// Windmill as a service: another server of our own by address and token, and the own workspace
// without either, as the person who calls and with no more than their token allows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';
import { type Curated, type Row, run } from './curated.ts';

const path = 'f/examples/greet_a';
const greetings = { path_start: 'f/examples/greet_' };
const schedule = { path: 'f/examples/daily', schedule: '0 0 9 * * *', timezone: 'UTC' };

function curated(server: TestServer, model: Model): Curated {
  return {
    server,
    model,
    call: (kind, action, params = {}) =>
      model.call(`windmill_${kind}_actions`, { action, ...params }),
    open: async (action) => {
      const gate = { service: 'windmill', action, reason: 'a test', days: 1 };
      assert.equal((await server.op('gates.enable', gate)).status, 200);
    },
    stop: () => server.stop(),
  };
}

/** Waits for the job where it runs. */
async function ended(server: TestServer, id: string): Promise<void> {
  const { status, body } = await server.op('jobs.wait', { id });
  assert.equal(status, 200, JSON.stringify(body));
}

async function addItems(server: TestServer): Promise<void> {
  const content = 'export function main(name = "you") { console.log("hi"); return name + "!"; }';
  const script = { path, language: 'bun', content, summary: 'Says hello' };
  const value = { modules: [{ id: 'a', value: { type: 'script', path, input_transforms: {} } }] };
  for (const [name, input] of [
    ['scripts.create', script],
    ['scripts.create', { ...script, path: 'f/examples/greet_b' }],
    ['flows.create', { path: 'f/examples/greet_flow', summary: 'A flow', value }],
  ] as const) {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
  }
}

async function worksWith(it: Curated, where: TestServer): Promise<void> {
  const started = await it.call('write', 'run_script', { path, args: { name: 'Ann' } });
  const { job_id: id } = started.structuredContent;
  assert.match(String(id), /^[0-9a-f-]{36}$/, JSON.stringify(started));
  await ended(where, id);
  const reads: Row[] = [
    ['get_job', { job_id: id }, { result: 'Ann!', success: true, script_path: path }],
    ['job_logs', { job_id: id }, /hi/],
    ['list_jobs', { path }, { jobs: [{ id }] }],
    ['list_scripts', { ...greetings, limit: 1 }, { scripts: [{ summary: 'Says hello' }], next: 2 }],
    ['list_scripts', { ...greetings, limit: 1, next: 3 }, { scripts: [], next: null }],
    ['list_scripts', { ...greetings, limit: 3 }, { next: null }],
    ['get_script', { path }, { path, summary: 'Says hello' }],
    ['get_script', { path: 'f/examples/../../x' }, /no path/],
    ['get_script', { path: 'f/examples/none' }, /isError":true/],
    ['list_flows', greetings, { flows: [{ path: 'f/examples/greet_flow' }], next: null }],
    ['get_flow', { path: 'f/examples/greet_flow' }, { summary: 'A flow' }],
    ['job_logs', { job_id: '00000000-0000-7000-8000-000000000000' }, /isError":true/],
  ];
  await run(it, 'read', reads);
  await run(it, 'write', [
    ['run_flow', { path: 'f/examples/greet_flow' }, /job_id/],
    ['run_script', { path, args: { name: 'x' }, dry_run: true }, /wouldSend/],
  ]);
}

describe('windmill', () => {
  let server: TestServer;
  let remote: TestServer;
  const scopes = ['read', 'write', 'high_risk'].map((one) => `services:windmill:${one}`);
  const own = ['scripts:read', 'flows:read', 'jobs:read', 'jobs:run', 'schedules:write'];

  before(async () => {
    const env = { MILLRACE_EGRESS_ALLOW: '127.0.0.1' };
    [server, remote] = await Promise.all([startTestServer(env), startTestServer()]);
    await Promise.all([addItems(server), addItems(remote)]);
  });
  after(async () => {
    await server?.stop();
    await remote?.stop();
  });

  test('the own workspace is there without address and key', async () => {
    const model = modelAt(server, await server.tokenWith([...scopes, ...own]));
    const it = curated(server, model);
    await worksWith(it, server);
    const audit = await server.op('serviceAudit.list', {});
    const rows: any[] = audit.body.rows ?? audit.body;
    const logged = rows.find((one) => one.action === 'run_script' && one.decision === 'allowed');
    const calls = (await server.op('audit.list', { perPage: 100 })).body;
    const followed = calls.filter((one: any) => one.operation === 'jobs.run' && one.causedBy);
    assert.ok(logged, JSON.stringify(audit.body).slice(0, 300));
    assert.ok(followed.length > 0, JSON.stringify(calls).slice(0, 300));
    const causes = new Set(rows.map((one) => one.callId ?? one.id));
    assert.ok(followed.every((one: any) => causes.has(one.causedBy)));
  });

  test('a token allows no more there than elsewhere', async () => {
    const model = modelAt(server, await server.tokenWith(scopes));
    const it = curated(server, model);
    await run(it, 'read', [['list_scripts', {}, /insufficient_scope/]]);
    await run(it, 'write', [['run_script', { path }, /insufficient_scope/]]);
  });

  test('a schedule of the own workspace asks the person first', async () => {
    const model = modelAt(server, await server.tokenWith([...scopes, ...own]));
    const made = await model.call('windmill_write_actions', {
      action: 'create_schedule',
      ...schedule,
      script_path: path,
    });
    assert.equal(made.structuredContent.error.code, 'confirmation_required');
    assert.deepEqual((await server.op('schedules.list')).body, []);
  });

  test('C01 what the person agreed to in the own workspace is not asked twice', async () => {
    const model = modelAt(server, await server.tokenWith([...scopes, ...own]));
    const made = await server.op('schedules.create', { ...schedule, scriptPath: path });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const remove = { action: 'delete_schedule', path: schedule.path };
    await curated(server, model).open('delete_schedule');
    const asked = await model.call('windmill_write_actions', remove);
    const { code, details } = asked.structuredContent.error;
    assert.equal(code, 'confirmation_required');
    const again = { ...remove, confirmation_id: details.confirmation_id };
    const done = await model.call('windmill_write_actions', again);
    assert.deepEqual(done.structuredContent, { path: schedule.path }, JSON.stringify(done));
    assert.deepEqual((await server.op('schedules.list')).body, []);
  });

  test('another server is one by address and token', async () => {
    const baseUrl = `${remote.origin}/api/w/${remote.workspace}`;
    await server.op('services.enable', { name: 'windmill', baseUrl });
    const model = modelAt(server, await server.tokenWith(scopes));
    const it = curated(server, model);
    await run(it, 'read', [['list_scripts', {}, /auth_required/]]);
    const secret = await remote.tokenWith(undefined);
    const set = await server.op('credentials.set', { service: 'windmill', secret });
    assert.equal(set.status, 200);
    await worksWith(it, remote);
    await run(it, 'write', [
      ['create_schedule', { ...schedule, script_path: path }, { path: schedule.path }],
      ['create_schedule', { ...schedule, script_path: path }, /isError":true/],
      ['set_schedule_enabled', { path: schedule.path, enabled: false }, { enabled: false }],
    ]);
    await run(it, 'read', [
      ['list_schedules', {}, { schedules: [{ path: schedule.path, enabled: false }], next: null }],
      ['get_schedule', { path: schedule.path }, { script_path: path, timezone: 'UTC' }],
    ]);
    assert.deepEqual((await server.op('schedules.list')).body, []);
    assert.doesNotMatch(server.logLines.join('\n'), new RegExp(secret));
  });

  test('an admin takes it away, and brings the own workspace back', async () => {
    const input = { service: 'windmill', action: 'list_scripts' };
    const ask = async () => (await server.op('services.read', input)).body;
    const enabled = async (): Promise<boolean> =>
      (await server.op('services.list')).body.find((one: any) => one.name === 'windmill').enabled;
    await server.op('services.disable', { name: 'windmill' });
    assert.equal((await ask()).error.details.reason_code, 'service_unknown');
    assert.equal(await enabled(), false);
    const model = modelAt(server, await server.tokenWith([...scopes, ...own]));
    const names = (await model.list()).map(({ name }) => name);
    assert.ok(!names.some((name) => name.startsWith('windmill_')), names.join());
    const back = await server.op('services.enable', { name: 'windmill' });
    assert.deepEqual(back.body, { name: 'windmill', baseUrl: '' });
    assert.ok((await ask()).value.scripts);
    assert.equal(await enabled(), true);
  });
});
