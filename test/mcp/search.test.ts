// Large catalogues: a connection that lists three tools and finds the others, and lists that are
// longer than clients take. What is found is what may be called, through the same door.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Bench, legacy, type Loose, messagesOf, modern, script, startBench } from './kit.ts';
import { type Model, modelAt } from './model.ts';

const names = (tools: readonly Loose[]): string[] => tools.map(({ name }) => name);
const three = ['searchTools', 'describeTool', 'callTool'];

describe('a connection that searches', () => {
  let server: TestServer;
  let model: Model;
  let everything: string[];
  before(async () => {
    server = await startTestServer({ MILLRACE_WAIT_MS: '20000' });
    const token = await server.tokenWith(['mcp:all']);
    model = modelAt(server, token, '?tools=search');
    everything = names(await modelAt(server, token).list());
  });
  after(() => server?.stop());

  const found = async (query: string, more: Loose = {}): Promise<string[]> => {
    const { structuredContent } = await model.call('searchTools', { query, ...more });
    return names(structuredContent.tools);
  };

  test('it lists three tools, which the whole list does not have', async () => {
    assert.deepEqual(names(await model.list()), three);
    assert.ok(three.every((name) => !everything.includes(name)));
  });

  test('tools are found by what they do, by names and by paths', async () => {
    assert.equal((await found('stop a running job'))[0], 'cancelJob');
    assert.equal((await found('when will a cron expression run'))[0], 'previewSchedule');
    assert.ok((await found('f/examples/hello')).includes('s-f_examples_hello'));
    assert.deepEqual(await found('waitJob'), ['waitJob']);
    assert.ok((await found('sched')).includes('createSchedule'));
  });

  test('every listed tool is found by its name, and described as it is listed', async () => {
    for (const name of everything) assert.deepEqual(await found(name, { detail: 'name' }), [name]);
    const { structuredContent } = await model.call('describeTool', { name: 'createSchedule' });
    assert.ok(structuredContent.inputSchema.properties.timezone);
    assert.equal(structuredContent.annotations.readOnlyHint, false);
    const [full] = (await model.call('searchTools', { query: 'waitJob', detail: 'full' }))
      .structuredContent.tools;
    assert.deepEqual(
      full,
      (await model.call('describeTool', { name: 'waitJob' })).structuredContent,
    );
  });

  test('a call answers like the tool itself, and is audited as what it does', async () => {
    const result = await model.call('callTool', {
      name: 's-f_examples_hello',
      arguments: { name: 'Ann' },
    });
    assert.equal(result.structuredContent.greeting, 'Hello, Ann.');
    const { body } = await server.op('audit.list', { operation: 'jobs.runWait' });
    assert.ok(body.some(({ surface, target }: Loose) => surface === 'mcp' && target));
  });

  test('wrong arguments and names are told in words of the real tool', async () => {
    const wrong = await model.call('callTool', { name: 'getJob', arguments: { job: 'x' } });
    assert.equal(wrong.isError, true);
    assert.match(wrong.content[0].text, /getJob/);
    const none = await model.call('callTool', { name: 'getJobLog' });
    assert.equal(none.structuredContent.error.code, 'not_found');
    assert.match(none.structuredContent.error.hint, /getJobLogs/);
    const itself = await model.call('callTool', {
      name: 'callTool',
      arguments: { name: 'getJob' },
    });
    assert.equal(itself.structuredContent.error.code, 'not_found');
    const nothing = await model.call('searchTools', { query: 'xylophone' });
    assert.deepEqual(nothing.structuredContent.tools, []);
    assert.match(nothing.content[0].text, /fewer/);
  });

  test('a narrow token finds, describes and calls what it may, and nothing else', async () => {
    const token = await server.tokenWith(['mcp:endpoints:listJobs']);
    const narrow = modelAt(server, token, '?tools=search');
    const { structuredContent } = await narrow.call('searchTools', { query: 'job', limit: 50 });
    assert.deepEqual(names(structuredContent.tools), ['listJobs']);
    assert.equal(structuredContent.of, 1);
    for (const tool of ['describeTool', 'callTool']) {
      const { isError, structuredContent: said } = await narrow.call(tool, { name: 'getJob' });
      assert.equal(isError, true);
      assert.equal(said.error.code, 'not_found');
    }
    assert.notEqual((await narrow.call('callTool', { name: 'listJobs' })).isError, true);
  });

  test('another value is refused; a connection without it has no search', async () => {
    const token = await server.tokenWith(['mcp:all']);
    const refused = await modelAt(server, token, '?tools=some').send('tools/list');
    assert.match(refused.error.message, /search and all/);
    const unknown = await modelAt(server, token).call('searchTools', { query: 'job' });
    assert.equal(unknown.error.code, -32_602);
  });
});

describe('more scripts than a list takes', () => {
  const count = 1200;
  const paths = Array.from({ length: count }, (_, n) => `f/team/s${String(n).padStart(4, '0')}`);
  let bench: Bench;
  before(async () => {
    const bodies = Object.fromEntries(paths.map((path) => [path, () => ({ path })]));
    bench = await startBench(bodies, {
      scripts: paths.map((path, n) => script(path, n === 1100 ? { summary: 'Weighs zebras' } : {})),
    });
  });
  after(() => bench?.stop());

  async function send(method: string, params: Loose, wire = modern): Promise<Loose> {
    const { body, headers } = wire(method, params);
    const [message] = await messagesOf(await bench.post(body, { headers }));
    return message.result ?? message;
  }

  test('one page with 1,000 of them begins with the search, on both sides', async () => {
    const { tools, nextCursor } = await send('tools/list', {});
    const listed = names(tools).filter((name) => name.startsWith('s-'));
    assert.equal(listed.length, 1000);
    assert.equal(nextCursor, undefined);
    assert.deepEqual(names(tools).slice(0, 3), three);
    const batch = await bench.post([legacy('tools/list').body]);
    const [{ result }] = await messagesOf(batch);
    assert.deepEqual(names(result.tools), names(tools));
  });

  test('what is beyond is found and called, by search or by its name', async () => {
    const { structuredContent } = await send('tools/call', {
      name: 'searchTools',
      arguments: { query: 'zebra' },
    });
    assert.deepEqual(names(structuredContent.tools), ['s-f_team_s1100']);
    const args = { name: 'x' };
    for (const params of [
      { name: 'callTool', arguments: { name: 's-f_team_s1100', arguments: args } },
      { name: 's-f_team_s1100', arguments: args },
    ]) {
      const result = await send('tools/call', params);
      assert.deepEqual(result.structuredContent, { path: 'f/team/s1100' });
    }
  });

  test('every one is found by its own words', async () => {
    for (const path of [paths[0], paths[600], paths[1199]]) {
      const params = { name: 'searchTools', arguments: { query: path, limit: 1 } };
      const { structuredContent } = await send('tools/call', params);
      assert.deepEqual(names(structuredContent.tools), [`s-${path?.replaceAll('/', '_')}`]);
    }
  });
});
