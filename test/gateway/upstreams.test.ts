// MCP servers as services: the published ones over HTTP and as programs, called by a model through
// the same tools as every service.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { mcpProgram, startEverything } from '../kit/mcp-servers.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const classes = ['read', 'write', 'high_risk'];

describe('MCP servers as services', () => {
  let server: TestServer;
  let everything: Awaited<ReturnType<typeof startEverything>>;
  let model: Model;
  let folder: string;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }
  const names = async (): Promise<string[]> => (await model.list()).map(({ name }) => name);

  /** Approves all tools as they are. */
  async function approve(name: string): Promise<any[]> {
    const { tools } = await ok('upstreams.get', { name });
    await ok('upstreams.approve', {
      name,
      tools: tools.map(({ name: tool, digest }: any) => ({ name: tool, digest })),
    });
    return tools;
  }

  before(async () => {
    folder = mkdtempSync('/tmp/millrace-files-');
    chmodSync(folder, 0o755);
    writeFileSync(`${folder}/hello.txt`, 'hello from a file');
    [everything, server] = await Promise.all([
      startEverything(),
      startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }),
    ]);
    const scopes = ['every', 'every_program', 'files'].flatMap((service) =>
      classes.map((one) => `services:${service}:${one}`),
    );
    model = modelAt(server, await server.tokenWith(scopes));
  });
  after(async () => {
    await server?.stop();
    await everything?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('over HTTP: its tools wait for approval, then they are actions with a class', async () => {
    const registered = await ok('upstreams.register', {
      name: 'every',
      title: 'Everything',
      address: everything.address,
    });
    assert.equal(registered.problem, null);
    assert.ok(registered.new >= 5, JSON.stringify(registered));
    assert.deepEqual(await names(), []);
    const early = await server.op('services.read', { service: 'every', action: 'echo' });
    assert.equal(early.body.error.details.reason_code, 'action_unknown');
    const tools = await approve('every');
    assert.ok(tools.every((tool) => tool.state === 'new' && tool.digest.length > 0));
    assert.equal((await ok('upstreams.list'))[0].approved, tools.length);
    assert.deepEqual(await names(), ['every_read_actions', 'every_write_actions']);
  });

  test('a call goes there and its text comes back; wrong arguments stay here', async () => {
    const { tools } = await ok('upstreams.get', { name: 'every' });
    const echo = tools.find((tool: any) => tool.name === 'echo');
    const approval = { name: 'echo', digest: echo.digest, class: 'read' };
    await ok('upstreams.approve', { name: 'every', tools: [approval] });
    const result = await model.call('every_read_actions', { action: 'echo', message: 'hi' });
    assert.notEqual(result.isError, true, JSON.stringify(result).slice(0, 500));
    assert.match(result.content[0].text, /hi/);
    const wrong = await model.call('every_read_actions', { action: 'echo' });
    assert.match(wrong.content[0].text, /message: missing/);
    const dry = await ok('services.read', {
      service: 'every',
      action: 'echo',
      params: { message: 'hi' },
      dryRun: true,
    });
    assert.deepEqual(dry.value.wouldSend.json.params.arguments, { message: 'hi' });
  });

  test('pictures, structured results and links of resources are passed on', async () => {
    const { tools } = await ok('upstreams.get', { name: 'every' });
    await ok('upstreams.approve', {
      name: 'every',
      tools: tools.map((tool: any) => ({ name: tool.name, digest: tool.digest, class: 'read' })),
    });
    const image = await model.call('every_read_actions', { action: 'get-tiny-image' });
    const picture = image.content.find((block: any) => block.type === 'image');
    assert.equal(picture?.mimeType, 'image/png', JSON.stringify(image).slice(0, 300));
    const weather = await model.call('every_read_actions', {
      action: 'get-structured-content',
      location: 'Chicago',
    });
    assert.equal(typeof weather.structuredContent.temperature, 'number');
    const links = await model.call('every_read_actions', {
      action: 'get-resource-links',
      count: 2,
    });
    assert.equal(links.structuredContent.resources.length, 2);
  });

  test('a program runs in the sandbox, without the environment of the server', async () => {
    const { file, home } = mcpProgram('everything');
    const registered = await ok('upstreams.register', {
      name: 'every_program',
      program: {
        command: 'node',
        args: [file, 'stdio'],
        readable: [home],
        env: { SERVICE_KEY: 'key-of-the-program' },
      },
    });
    assert.equal(registered.problem, null);
    const { tools, program } = await ok('upstreams.get', { name: 'every_program' });
    assert.equal(program.command, 'node');
    const pick = tools.find((tool: any) => tool.name === 'get-env');
    await ok('upstreams.approve', {
      name: 'every_program',
      tools: [{ name: 'get-env', digest: pick.digest, class: 'read' }],
    });
    const { value } = await ok('services.read', { service: 'every_program', action: 'get-env' });
    const env = JSON.parse(value);
    assert.equal(env.SERVICE_KEY, 'key-of-the-program');
    const left = Object.keys(env).filter((name) => name !== 'PWD');
    const expected = ['HOME', 'LOGNAME', 'PATH', 'SERVICE_KEY', 'SHELL', 'TERM', 'USER'];
    assert.deepEqual(left.toSorted(), expected);
    const everywhere = JSON.stringify([await ok('upstreams.list'), server.logLines, program]);
    assert.ok(!everywhere.includes('key-of-the-program'));
  });

  test('server-filesystem: classes by annotations, and only what it was given', async () => {
    const { file, home } = mcpProgram('filesystem');
    const readable = [home, folder];
    await ok('upstreams.register', {
      name: 'files',
      program: { command: 'node', args: [file, folder], readable },
    });
    const tools = await approve('files');
    const classOf = (name: string) => tools.find((tool) => tool.name === name)?.class;
    assert.equal(classOf('read_text_file'), 'read');
    assert.equal(classOf('write_file'), 'high_risk');
    assert.equal(classOf('create_directory'), 'write');
    const path = `${folder}/hello.txt`;
    const read = await model.call('files_read_actions', { action: 'read_text_file', path });
    assert.match(read.content[0].text, /hello from a file/);
    const passwd = { action: 'read_text_file', path: '/etc/shadow' };
    const denied = await model.call('files_read_actions', passwd);
    assert.equal(denied.structuredContent.error.details.reason_code, 'upstream_failed');
    const write = { service: 'files', action: 'write_file', params: { path, content: 'x' } };
    const closed = await server.op('services.write', write);
    assert.equal(closed.body.error.details.reason_code, 'high_risk_not_enabled');
  });

  test('only an instance admin registers a program; a taken name stays taken', async () => {
    const admin = { email: 'admin@example.com', password: 'correct horse battery staple' };
    await ok('users.create', admin);
    await ok('members.add', { email: admin.email, role: 'admin' });
    const { body: session } = await server.op('session.login', admin);
    const program = { command: 'node', args: ['-e', '1'] };
    const refused = await server.op('upstreams.register', { name: 'own', program }, session.token);
    assert.equal(refused.status, 403);
    assert.match(refused.body.error.message, /instance admin/);
    const input = { name: 'jira', address: everything.address };
    assert.equal((await server.op('upstreams.register', input)).status, 409);
    const both = { name: 'both', program, address: everything.address };
    assert.equal((await server.op('upstreams.register', both)).status, 400);
  });

  test('another server under the name has nothing approved', async () => {
    const { approved } = (await ok('upstreams.list')).find((one: any) => one.name === 'every');
    assert.ok(approved > 0);
    const said = { name: 'every', title: 'Renamed', address: everything.address };
    assert.equal((await ok('upstreams.register', said)).approved, approved);
    const other = await ok('upstreams.register', { ...said, address: `${said.address}?other` });
    assert.deepEqual([other.approved, other.problem], [0, null]);
  });

  test('removed, it is gone from the lists', async () => {
    await ok('upstreams.remove', { name: 'every' });
    assert.ok(!(await names()).some((name) => name.startsWith('every_read')));
    const { body } = await server.op('services.read', { service: 'every', action: 'echo' });
    assert.equal(body.error.details.reason_code, 'service_unknown');
  });
});
