// Workspace handlers of whole servers: who is told of which end, once, with which rights.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const failing = "export function main() { throw new Error('as asked') }";
const telling = `
  export async function main(
    workspace_id: string, job_id: string, path: string, is_flow: boolean, email: string,
    started_at: string, more: string, error: any, result: any, schedule_path: string,
  ) {
    return { workspace_id, job_id, path, is_flow, email, started_at, more, error, result,
      schedule_path, as: process.env.WM_PERMISSIONED_AS };
  }`;

describe('workspace handlers', () => {
  let server: TestServer;
  let beside: TestServer;
  let developer: string;

  async function op(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function wire(path: string, body?: object, token = server.token) {
    const answer = await server.fetch(`/api/w/test/${path}`, {
      token,
      ...(body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return { status: answer.status, text: await answer.text() };
  }
  const script = (path: string, content: string, more: object = {}) =>
    op('scripts.create', { path, content, language: 'bun', ...more });
  const flow = (path: string, more: object = {}) =>
    op('flows.create', {
      path,
      value: {
        modules: [
          { id: 'a', value: { type: 'script', path: 'f/team/fails', input_transforms: {} } },
        ],
      },
      ...more,
    });

  async function until<Answer>(ask: () => Promise<Answer>, is: (answer: Answer) => boolean) {
    for (let asked = 0; asked < 2000; asked += 1) {
      const answer = await ask();
      if (is(answer)) return answer;
    }
    throw new Error(`it never came: ${JSON.stringify(await ask())}`);
  }
  const below = (id: string): Promise<any[]> => op('jobs.list', { parentJob: id });
  /** The handlers of the run. */
  const under = async (id: string) =>
    (await below(id)).filter(({ createdBy }) => createdBy === 'g/error_handler');
  /** The one handler of the run, once it is over. */
  async function handlerOf(id: string): Promise<any> {
    const jobs = await until(
      () => under(id),
      (all) => all.some(({ type }) => type === 'CompletedJob'),
    );
    assert.equal(jobs.length, 1);
    return op('jobs.get', { id: jobs[0].id });
  }
  const run = async (path: string, input: object = {}): Promise<string> =>
    (await op('jobs.runWait', { path, ...input })).id;
  /** Runs what is not to be told, then what is: its handler is the only one of both. */
  async function untold(id: string): Promise<void> {
    await handlerOf(await run('f/team/fails'));
    assert.deepEqual(await under(id), []);
  }
  const setError = (more: object = {}) =>
    op('handlers.set', { kind: 'error', path: 'script/f/team/tells', ...more });

  before(async () => {
    server = await startTestServer();
    beside = await startTestServer({}, { beside: server });
    const email = 'dev@example.com';
    const password = 'correct horse battery';
    await op('users.create', { email, password });
    await op('members.add', { email, username: 'dev', role: 'developer' });
    developer = (await op('session.login', { email, password })).token;
    await op('folders.create', { name: 'team', extraPerms: { 'u/dev': true } });
    await script('f/team/fails', failing);
    await script('f/team/works', 'export const main = () => 42');
    await script('f/team/tells', telling);
    await script('u/dev/fails', failing);
  });
  after(async () => {
    await beside.stop();
    await server.stop();
  });

  it('are for admins to set, and for members to see without their arguments', async () => {
    const wanted = { path: 'script/f/team/tells', extra_args: { more: 'secret' } };
    const table: [string, object, string, number][] = [
      ['edit_error_handler', wanted, developer, 403],
      ['edit_success_handler', wanted, developer, 403],
      ['edit_error_handler', { path: 'f/team/tells' }, server.token, 400],
      ['edit_error_handler', { path: 'script/hub/1/slack' }, server.token, 400],
      ['edit_error_handler', { path: 'script/f/team/none' }, server.token, 404],
      ['edit_error_handler', { ...wanted, fallback_to_instance_alerts: true }, server.token, 501],
      ['edit_error_handler', { ...wanted, muted_on_cancel: true }, server.token, 200],
      ['edit_success_handler', { success_handler: 'flow/f/team/none' }, server.token, 404],
    ];
    for (const [path, body, token, status] of table) {
      const answer = await wire(`workspaces/${path}`, body, token);
      assert.equal(answer.status, status, `${path} ${JSON.stringify(body)}: ${answer.text}`);
    }
    const shown = { path: 'script/f/team/tells', muted_on_cancel: true, muted_on_user_path: false };
    const settings = async (token?: string) =>
      JSON.parse((await wire('workspaces/get_settings', undefined, token)).text).error_handler;
    assert.deepEqual(await settings(), { ...shown, extra_args: { more: 'secret' } });
    assert.deepEqual(await settings(developer), shown);
    assert.equal((await op('handlers.list', {}, developer))[0].extraArgs.more, undefined);
    assert.equal((await wire('workspaces/edit_error_handler', {})).status, 200);
    assert.deepEqual(await op('handlers.list'), []);
  });

  it('hear of a failure once, with the facts, as their group', async () => {
    await setError({ extraArgs: { more: 'extra', path: 'forged' } });
    const id = await run('f/team/fails');
    const job = await handlerOf(id);
    const { error, started_at: startedAt, ...told } = job.result;
    assert.deepEqual(told, {
      workspace_id: 'test',
      job_id: id,
      path: 'f/team/fails',
      is_flow: false,
      email: server.owner.email,
      more: 'extra',
      as: 'g/error_handler',
    });
    assert.equal(error.message, 'as asked');
    assert.ok(Date.parse(startedAt) > 0);
    assert.deepEqual([job.permissionedAs, job.createdBy], ['g/error_handler', 'g/error_handler']);
    assert.deepEqual(await under(await run('f/team/works')), []);
  });

  it('hear of flows, not of their steps', async () => {
    await flow('f/team/flow');
    const { id } = await op('jobs.runFlowWait', { path: 'f/team/flow' });
    const { id: handler, result } = await handlerOf(id);
    const [step, ...others] = (await below(id)).filter((job) => job.id !== handler);
    assert.deepEqual(others, []);
    assert.deepEqual(await below(step.id), []);
    assert.deepEqual([result.is_flow, result.path], [true, 'f/team/flow']);
    assert.equal(result.error.step_id, 'a');
  });

  it('do not hear of what is muted, of previews, or of canceled runs', async () => {
    await script('f/team/muted', failing, { wsErrorHandlerMuted: true });
    await untold(await run('f/team/muted'));
    await flow('f/team/muted', { extra: { ws_error_handler_muted: true } });
    await untold((await op('jobs.runFlowWait', { path: 'f/team/muted' })).id);
    await untold((await op('jobs.previewWait', { language: 'bun', content: failing })).id);
    await setError({ mutedOnUserPath: true, mutedOnCancel: true });
    await untold(await run('u/dev/fails'));
    const { id } = await op('jobs.run', { path: 'f/team/fails', scheduledInSecs: 3600 });
    await op('jobs.cancel', { id });
    await untold(id);
    await setError();
    await handlerOf(await run('u/dev/fails'));
    const late = await op('jobs.run', { path: 'f/team/fails', scheduledInSecs: 3600 });
    await op('jobs.cancel', { id: late.id });
    await handlerOf(late.id);
  });

  it('do not hear of themselves', async () => {
    await script(
      'f/team/tells',
      `export async function main(path: string) {
        // Without a parent: it would look like a run of its own.
        const answer = await fetch(
          process.env.WM_BASE_URL + '/api/w/test/jobs/run_wait_result/p/f/open/fails', {
            method: 'POST',
            headers: { authorization: 'Bearer ' + process.env.WM_TOKEN },
          });
        throw new Error(path + ' ' + (await answer.text()).slice(0, 60));
      }`,
      { autoParent: true },
    );
    await op('folders.create', { name: 'open', extraPerms: { 'g/error_handler': false } });
    await script('f/open/fails', failing);
    const job = await handlerOf(await run('f/team/fails'));
    assert.equal(job.success, false);
    assert.match(job.result.error.message, /as asked/);
    await handlerOf(await run('f/team/fails'));
    assert.deepEqual(await under(job.id), []);
    const inner = await op('jobs.list', { scriptPathExact: 'f/open/fails' });
    assert.equal(inner.length, 2);
    for (const { id, permissionedAs } of inner) {
      assert.equal(permissionedAs, 'g/error_handler');
      assert.deepEqual(await under(id), []);
    }
  });

  it('have the rights of their group and no more', async () => {
    await op('variables.create', { path: 'f/team/closed', value: 'hidden', isSecret: true });
    await op('variables.create', { path: 'f/open/mine', value: 'granted', isSecret: true });
    const read = `
      const read = async (path: string) => (await fetch(process.env.WM_BASE_URL +
        '/api/w/test/' + path, {
          headers: { authorization: 'Bearer ' + process.env.WM_TOKEN } })).status;
      export const main = async (mine: string) => [
        mine,
        await read('variables/get_value/f/open/mine'),
        await read('variables/get_value/f/team/closed'),
        await read('workspaces/encryption_key'),
        await read('audit/list'),
      ]`;
    await script('f/team/tells', read, { autoParent: true });
    await setError({ extraArgs: { mine: '$var:f/open/mine' } });
    assert.deepEqual((await handlerOf(await run('f/team/fails'))).result, [
      'granted',
      200,
      404,
      403,
      403,
    ]);
    await setError({ extraArgs: { mine: '$var:f/team/closed' } });
    const refused = await handlerOf(await run('f/team/fails'));
    assert.equal(refused.success, false);
    assert.doesNotMatch(JSON.stringify(refused), /hidden/);
  });

  it('read nothing for a run that says a reference', async () => {
    const said = '$var:f/open/mine';
    await script('f/team/baits', `export const main = () => { throw new Error('${said}') }`);
    await script(
      'f/team/bait',
      `export const main = () => ({ a: ['${said}', '$WM_TOKEN'], b: 1 })`,
    );
    await op('handlers.set', { kind: 'success', path: 'script/f/team/echoes', allowMissing: true });
    await script(
      'f/team/echoes',
      'export const main = (error: any, result: any) => ' +
        '[error?.message ?? null, result ?? null]',
    );
    await setError({ path: 'script/f/team/echoes' });
    const failed = await handlerOf(await run('f/team/baits'));
    assert.deepEqual(failed.result, [said, null]);
    const done = await handlerOf(await run('f/team/bait'));
    assert.deepEqual(done.result, [null, { a: [said, '$WM_TOKEN'], b: 1 }]);
    await op('handlers.set', { kind: 'success', path: null });
    await setError();
  });

  it('say why they did not start', async () => {
    await op('scripts.archive', { path: 'f/team/tells' });
    await run('f/team/fails');
    const [{ error }] = await until(
      () => op('handlers.list'),
      ([row]: any[]) => row.error !== null,
    );
    assert.match(error, /f\/team\/tells/);
    assert.equal((await op('handlers.list', {}, developer))[0].error, null);
    await script('f/team/tells', telling);
    await setError();
    assert.equal((await op('handlers.list'))[0].error, null);
  });

  it('hear of successes, and of many ends once each, with two servers', async () => {
    await op('handlers.set', { kind: 'success', path: 'script/f/team/tells' });
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_none, at) => run(at % 2 ? 'f/team/works' : 'f/team/fails')),
    );
    const told = await Promise.all(ids.map(handlerOf));
    const results = told.map(({ result }, at) => (at % 2 ? result.result : result.error.message));
    assert.deepEqual(
      results,
      ids.map((_id, at) => (at % 2 ? 42 : 'as asked')),
    );
    for (const id of ids) assert.equal((await under(id)).length, 1);
  });
});
