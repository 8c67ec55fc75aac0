// A model keeps schedules over MCP: it looks when a cron expression comes, creates, reads, changes,
// disables and deletes; and a token that may not run what a schedule starts cannot create one.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { agreeing, messagesOf, modern } from './kit.ts';

describe('schedules over MCP', () => {
  let server: TestServer;

  async function send(method: string, params: Record<string, unknown>, token: string) {
    const { body, headers } = modern(method, params);
    const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
      method: 'POST',
      token,
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
    });
    const [message] = await messagesOf(response);
    assert.ok(message, `HTTP ${response.status}`);
    return message;
  }
  async function call(name: string, args: Record<string, unknown>, token: string): Promise<string> {
    const result = await agreeing(async (more) => {
      const message = await send('tools/call', { name, arguments: { ...args, ...more } }, token);
      return message.result ?? message;
    });
    return JSON.stringify(result);
  }

  const path = 'f/examples/nightly';
  const cron = { schedule: '0 0 3 * * *', timezone: 'UTC' };
  const wanted = { path, ...cron, script_path: 'f/examples/hello', args: { name: 'Ann' } };

  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it('are kept with the tools of Windmill’s names', async () => {
    const token = await server.tokenWith(['mcp:all']);
    const { result } = await send('tools/list', {}, token);
    const listed: string[] = result.tools.map(({ name }: { name: string }) => name);
    for (const verb of ['create', 'update', 'delete', 'get', 'preview']) {
      assert.ok(listed.includes(`${verb}Schedule`), verb);
    }
    assert.match(await call('previewSchedule', cron, token), /T03:00:00\.000Z/);
    const never = await call('previewSchedule', { ...cron, schedule: '0 0 0 30 2 *' }, token);
    assert.match(never, /never comes/);
    assert.match(await call('createSchedule', wanted, token), /Created the schedule/);
    const read = await call('getSchedule', { path }, token);
    assert.match(read, /next_at/);
    assert.match(read, /u\/owner/);
    const twice = { path, on_failure: 'script/f/examples/hello', on_failure_times: 2 };
    assert.match(await call('updateSchedule', twice, token), /Updated/);
    const stored = await server.op('schedules.get', { path });
    const { options, args, enabled } = stored.body;
    assert.deepEqual(
      [options.onFailureTimes, args, enabled],
      [2, { name: 'Ann' }, true],
      'what was left out stayed',
    );
    assert.match(await call('setScheduleEnabled', { path, enabled: false }, token), /Set/);
    assert.match(await call('listSchedules', { is_flow: false }, token), /"enabled.{1,6}false/);
    assert.match(await call('deleteSchedule', { path }, token), /Deleted/);
    assert.equal((await server.op('schedules.exists', { path })).body, false);
  });

  it('are refused to a token that may not run the script', async () => {
    const endpoints = await server.tokenWith(['mcp:endpoints:createSchedule,listSchedules']);
    assert.match(await call('createSchedule', wanted, endpoints), /scopes do not allow/);
    const both = ['mcp:endpoints:createSchedule', 'mcp:scripts:f/examples/*'];
    const token = await server.tokenWith(both);
    assert.match(await call('createSchedule', wanted, token), /Created/);
    const elsewhere = { ...wanted, path: 'u/owner/nightly' };
    assert.match(await call('createSchedule', elsewhere, token), /scopes do not allow/);
  });
});
