// Windmill's REST of apps on a whole server: exact shapes, and what pages without a login reach.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const value = {
  grid: [
    {
      id: 'a',
      '3': { x: 0, y: 0, w: 3, h: 1, fixed: false },
      '12': { x: 0, y: 0, w: 6, h: 1, fixed: false },
      data: {
        id: 'a',
        type: 'buttoncomponent',
        configuration: {},
        componentInput: {
          type: 'runnable',
          fields: { n: { type: 'static', value: 2 } },
          runnable: {
            type: 'runnableByName',
            inlineScript: { language: 'bun', content: 'export const main = (n: number) => n * 3' },
          },
        },
      },
    },
  ],
  fullscreen: false,
  hiddenInlineScripts: [],
  unusedInlineScripts: [],
};

describe('Windmill’s REST of apps', () => {
  let server: TestServer;
  const path = 'f/examples/app';

  async function send(address: string, body?: unknown, init: RequestInit & { token?: null } = {}) {
    const response = await server.fetch(`/api/w/${server.workspace}/${address}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...init,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(init.headers as Record<string, string>),
      },
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }
  async function read(address: string): Promise<any> {
    const { status, text } = await send(address);
    assert.equal(status, 200, `${address}: ${text}`);
    return JSON.parse(text);
  }

  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it('creates, reads, lists, updates and deletes', async () => {
    const body = { path, summary: 'One', value, policy: {}, skip_draft_deletion: true };
    const made = await send('apps/create', body);
    assert.deepEqual([made.status, made.text], [201, path]);
    assert.equal((await send('apps/create', body)).status, 409);
    const app = await read(`apps/get/p/${path}?with_starred_info=true`);
    assert.deepEqual(
      [app.path, app.summary, app.value, app.execution_mode, app.raw_app, app.extra_perms],
      [path, 'One', value, 'publisher', false, {}],
    );
    assert.deepEqual(Object.keys(app.policy.triggerables_v2).length, 1);
    assert.equal('custom_path' in app, false);
    assert.match(app.created_at, /^\d{4}-\d\d-\d\dT/);
    const [row] = await read('apps/list?path_exact=f/examples/app');
    assert.deepEqual(
      [row.path, row.version, row.execution_mode, row.raw_app, row.starred, 'value' in row],
      [path, app.versions.at(-1), 'publisher', false, false, false],
    );
    assert.equal(await read(`apps/exists/${path}`), true);
    assert.equal(await read('apps/exists/f/examples/none'), false);
    assert.equal(await read('apps/custom_path_exists/none'), false);
    assert.deepEqual((await read('apps/list_search'))[0], { path, value });

    const change = { summary: 'Two', value, deployment_message: 'again' };
    const updated = JSON.parse((await send(`apps/update/${path}`, change)).text);
    assert.equal(updated.path, path);
    assert.ok(updated.version > row.version);
    const stale = await send(`apps/update/${path}`, { ...change, parent_version: row.version });
    assert.equal(stale.status, 409);
    const [newest, older] = await read(`apps/history/p/${path}`);
    assert.deepEqual([newest.version, newest.deployment_msg], [updated.version, 'again']);
    assert.equal('deployment_msg' in older, false);
    assert.deepEqual(await read(`apps/get_latest_version/${path}`), newest);
    assert.equal((await read(`apps/get/v/${older.version}`)).id, app.id);
    const wrong = await send('apps/create', { path: 'f/examples/bad', value: {}, summary: '' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /value\.grid: a low-code app has a grid/);
  });

  it('runs components, also for people without an account', async () => {
    const execute = `apps_u/execute_component/${path}`;
    const wanted = { component: 'a', args: {}, path: null, run_query_params: {} };
    const started = await send(execute, wanted);
    assert.match(started.text, /^[0-9a-f-]{36}$/);
    const waited = await server.op('jobs.wait', { id: started.text });
    assert.deepEqual([waited.body.success, waited.body.result], [true, 6]);
    const job = await read(`jobs_u/get/${started.text}`);
    assert.deepEqual(
      [job.job_kind, job.trigger_kind, job.script_path],
      ['appscript', 'app', `${path}/a`],
    );
    assert.equal((await send(execute, wanted, { token: null })).status, 401);
    const refused: [more: object, status: number, words: RegExp][] = [
      [{ force_viewer_static_fields: {} }, 501, /before the app is deployed/],
      [{ temp_script_refs: { 'f/examples/x': 'abc' } }, 501, /before the app is deployed/],
      [{ run_query_params: { tag: 'gpu' } }, 501, /run_query_params\.tag/],
      [{ run_query_params: [] }, 400, /run_query_params/],
      [
        { raw_code: { content: 'x', language: 'bun', dedicated: true } },
        400,
        /raw_code\.dedicated/,
      ],
      [{ raw_code: { content: 'x', language: 'bun', cache_ttl: -1 } }, 400, /cacheTtlS/],
      [{ mystery: 1 }, 400, /mystery/],
    ];
    for (const [more, status, words] of refused) {
      const answer = await send(execute, { ...wanted, ...more });
      assert.deepEqual([answer.status, words.test(answer.text)], [status, true], answer.text);
    }
    const fine = { temp_script_refs: {}, run_query_params: { skip_preprocessor: true } };
    assert.equal((await send(execute, { ...wanted, ...fine })).status, 200);
    const fixed = await send(execute, { ...wanted, args: { n: 5 } });
    assert.deepEqual([fixed.status, /The app fixes the input n/.test(fixed.text)], [403, true]);

    const { text: secret } = await send(`apps/secret_of/${path}`);
    assert.equal(
      (await send(`apps_u/public_app/${secret}`, undefined, { token: null })).status,
      401,
    );
    const open = { policy: { execution_mode: 'anonymous' }, custom_path: 'desk' };
    assert.equal((await send(`apps/update/${path}`, open)).status, 200);
    assert.equal((await send(execute, wanted, { token: null })).status, 200);
    const shown = await send(`apps_u/public_app/${secret}`, undefined, { token: null });
    assert.equal(JSON.parse(shown.text).path, path);
    assert.doesNotMatch(shown.text, /n \* 3|owner/);
    const named = await server.fetch('/api/apps_u/public_app_by_custom_path/desk', { token: null });
    assert.equal(named.status, 200);
    assert.equal(await read('apps/custom_path_exists/desk'), true);
  });

  it('serves what was built of a full-code app, by the secret of its version', async () => {
    const full = 'f/examples/full';
    const files = {
      '/index.ts': "import './a.css'; document.getElementById('root')!.append('shown')",
      '/a.css': '.a { color: red }',
    };
    const made = await send('apps/create_raw_source', {
      path: full,
      summary: '',
      value: { files },
    });
    assert.equal(made.status, 201, made.text);
    const { bundle_secret: secret } = await read(`apps/get/p/${full}`);
    assert.equal((await send(`apps/secret_of_latest_version/${full}`)).text, secret);
    const js = await send(`apps/get_data/v/${secret}.js`, undefined, { token: null });
    assert.match(js.text, /"shown"/);
    assert.match(js.headers.get('content-type') ?? '', /^text\/javascript/);
    assert.equal(js.headers.get('content-security-policy'), 'sandbox');
    const css = await send(`apps/get_data/v/${secret}.css`, undefined, { token: null });
    assert.match(css.text, /color:red/);
    const none = await send(`apps/get_data/v/${'x'.repeat(32)}.js`, undefined, { token: null });
    assert.equal(none.status, 404);
    assert.equal((await send(`apps/get_data/v/${secret}.html`)).status, 400);
  });

  it('deletes, also what is gone already', async () => {
    const gone = await send(`apps/delete/${path}`, undefined, { method: 'DELETE' });
    assert.deepEqual([gone.status, gone.text], [200, path]);
    const again = { method: 'DELETE', headers: { 'x-windmill-client': 'cli' } };
    assert.equal((await send(`apps/delete/${path}`, undefined, again)).status, 200);
    assert.equal((await send(`apps/get/p/${path}`)).status, 404);
  });
});
