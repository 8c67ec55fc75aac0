// HTTP routes that do more than run: try again, tell a handler, stream. Through a whole server.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('HTTP routes that', () => {
  let server: TestServer;

  async function must(op: string, input: object = {}): Promise<any> {
    const answer = await server.op(op, input);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const base = {
    path: 'f/team/route',
    routePath: 'route',
    httpMethod: 'post',
    scriptPath: 'f/team/fails',
    authenticationMethod: 'none',
  };
  const route = (name: string, more: object) =>
    must('httpTriggers.create', { ...base, path: `f/team/${name}`, routePath: name, ...more });
  async function call(address: string, body: object = {}) {
    const answer = await server.fetch(`/api/r/${address}`, {
      method: 'POST',
      token: null,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  }
  const runsOf = async (path: string): Promise<any[]> =>
    must('jobs.list', { scriptPathExact: path, hasNullParent: false });

  before(async () => {
    server = await startTestServer();
    await must('folders.create', { name: 'team' });
    const scripts = {
      fails: `export const main = (a: number) => {
        console.log('a log line'); if (a !== 1) throw new Error('broken ' + a); return a; }`,
      event: `export const preprocessor = (event: any) => ({ path: event.route });
        export const main = (path: string) => path;`,
      told: 'export const main = (given: any) => given;',
      handler: `export const main = (
        error: any, path: string, trigger_path: string, is_flow: boolean, more: string,
      ) => ({ said: error.message, path, trigger_path, is_flow, more });`,
    };
    for (const [name, content] of Object.entries(scripts)) {
      await must('scripts.create', { path: `f/team/${name}`, language: 'bun', content });
    }
    const input_transforms = { a: { type: 'javascript', expr: 'flow_input.a' } };
    const step = { id: 'a', value: { type: 'script', path: 'f/team/fails', input_transforms } };
    await must('flows.create', { path: 'f/team/flow', value: { modules: [step] } });
  });
  after(() => server.stop());

  it('try again run the script as often as they say', async () => {
    await route('again', { retry: { constant: { attempts: 2, seconds: 0 } } });
    const good = await call('again', { a: 1 });
    assert.deepEqual([good.status, good.text], [200, '1']);
    const bad = await call('again', { a: 2 });
    assert.equal(bad.status, 422, bad.text);
    assert.match(bad.text, /broken 2/);
    const [last] = await must('jobs.list', { jobKinds: ['singlestepflow'] });
    assert.deepEqual([last.triggerKind, last.permissionedAs], ['http', 'u/owner']);
    const steps = await must('jobs.list', { parentJob: last.id });
    assert.equal(steps.length, 3);
  });

  it('have an error handler tell it, and answer what it says', async () => {
    await route('handled', {
      errorHandlerPath: 'script/f/team/handler',
      errorHandlerArgs: { more: 'of it', path: 'forged' },
    });
    const bad = await call('handled', { a: 3 });
    assert.equal(bad.status, 422, bad.text);
    assert.deepEqual(JSON.parse(bad.text), {
      said: 'broken 3',
      path: 'f/team/fails',
      trigger_path: 'f/team/handled',
      is_flow: false,
      more: 'of it',
    });
    const told = (await runsOf('f/team/handler')).length;
    assert.equal((await call('handled', { a: 1 })).text, '1');
    assert.equal((await runsOf('f/team/handler')).length, told, 'nobody is told of a success');
    await route('later', { requestType: 'async', errorHandlerPath: 'script/f/team/handler' });
    const later = await call('later', { a: 4 });
    assert.equal(later.status, 201);
    const end = await must('jobs.wait', { id: later.text });
    assert.deepEqual([end.success, end.result.said], [false, 'broken 4']);
  });

  it('run flows try these again, and tell a handler of them', async () => {
    const flow = { scriptPath: 'f/team/flow', isFlow: true };
    const retry = { constant: { attempts: 1, seconds: 0 } };
    await route('flow_again', { ...flow, retry, errorHandlerPath: 'script/f/team/handler' });
    const tries = async () =>
      (await must('jobs.list', { scriptPathExact: 'f/team/flow', jobKinds: ['flow'] })).length;
    const earlier = await tries();
    assert.equal((await call('flow_again', { a: 1 })).text, '1');
    assert.equal(await tries(), earlier + 1);
    const bad = await call('flow_again', { a: 6 });
    assert.equal(bad.status, 422, bad.text);
    const { said, path, is_flow } = JSON.parse(bad.text);
    assert.deepEqual([said, path, is_flow], ['broken 6', 'f/team/flow', true]);
    assert.equal(await tries(), earlier + 3);
  });

  it('stream answer events that end with the result, and no logs', async () => {
    await route('stream', { requestType: 'sync_sse' });
    await route('flowing', { requestType: 'sync_sse', scriptPath: 'f/team/flow', isFlow: true });
    await route('event', { requestType: 'sync_sse', scriptPath: 'f/team/event' });
    const expected: [address: string, a: number, success: boolean, result: RegExp][] = [
      ['stream', 1, true, /"only_result":1}/],
      ['stream', 5, false, /"message":"broken 5"/],
      ['flowing', 1, true, /"only_result":1}/],
      ['event', 1, true, /"only_result":"\/event"/],
    ];
    for (const [address, a, success, result] of expected) {
      const { status, text, headers } = await call(address, { a });
      assert.deepEqual([status, headers.get('content-type')], [200, 'text/event-stream']);
      const last = text.trim().split('\n\n').at(-1) ?? '';
      assert.match(last, result);
      const event = JSON.parse(last.slice('data: '.length));
      assert.deepEqual([event.type, event.completed, event.success], ['update', true, success]);
      assert.doesNotMatch(text, /a log line/);
    }
  });

  it('are refused what they could not do', async () => {
    const retry = { constant: { attempts: 1, seconds: 0 } };
    const refused: [more: object, status: number, words: RegExp][] = [
      [{ errorHandlerPath: 'script/f/team/none' }, 404, /f\/team\/none/],
      [{ errorHandlerPath: 'hub/1/x' }, 400, /errorHandlerPath/],
      [{ retry: { constant: { attempts: -1 } } }, 400, /attempts/],
      [{ requestType: 'stream' }, 400, /requestType/],
    ];
    for (const [more, status, words] of refused) {
      const answer = await server.op('httpTriggers.create', { ...base, ...more });
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(JSON.stringify(answer.body), words);
    }
    await route('both', { scriptPath: 'f/team/event', retry });
    const both = await call('both');
    assert.equal(both.status, 422);
    assert.match(both.text, /preprocessor/);
    const modules = [{ id: 'a', value: { type: 'identity' } }];
    const value = { modules, early_return: 'a' };
    await must('flows.create', { path: 'f/team/early', value });
    await route('early', { scriptPath: 'f/team/early', isFlow: true, retry });
    assert.match((await call('early')).text, /early return/);
    const direct = { trigger: 'f/team/both', path: 'f/team/event', isFlow: false };
    assert.equal((await server.op('httpTriggers.run', direct)).status, 403);
  });

  it('say on the wire what Windmill says', async () => {
    const wire = `/api/w/${server.workspace}/http_triggers`;
    const send = async (address: string, body?: object) => {
      const answer = await server.fetch(`${wire}/${address}`, {
        method: body ? 'POST' : 'GET',
        headers: { 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const body = {
      path: 'f/team/wire',
      script_path: 'f/team/fails',
      is_flow: false,
      route_path: 'wire',
      http_method: 'post',
      request_type: 'sync_sse',
      authentication_method: 'none',
    };
    const retry = { constant: { attempts: 1, seconds: 0 } };
    const handler = { error_handler_path: 'f/team/handler', error_handler_args: { more: 'x' } };
    assert.equal((await send('create', { ...body, retry, ...handler })).status, 201);
    const got = JSON.parse((await send('get/f/team/wire')).text);
    assert.deepEqual(
      [got.request_type, got.retry, got.error_handler_path, got.error_handler_args],
      ['sync_sse', retry, 'script/f/team/handler', { more: 'x' }],
    );
    assert.equal((await send('update/f/team/wire', body)).status, 200);
    const plain = JSON.parse((await send('get/f/team/wire')).text);
    assert.equal('retry' in plain || 'error_handler_path' in plain, false);
  });
});
