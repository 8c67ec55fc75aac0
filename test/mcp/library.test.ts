// Resources, prompts and completions over MCP on a whole server, read by the official clients of
// both generations; who may read what: what is not there and what is not theirs look alike.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import * as v1 from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startTestServer, type TestServer } from '../kit/server.ts';
import type { Loose } from './kit.ts';

const code = 'export function main(name: string) { console.log("hello", name); return { name } }';
const failing = 'export function main() { console.log("nearly"); throw new RangeError("too far") }';
const long = `export function main() { return "${'ü'.repeat(299_999)}🦀" }`;

describe('the library of an MCP endpoint', () => {
  let server: TestServer;
  let all = '';
  let other = '';
  let ran = '';
  let failed = '';

  async function must(op: string, input: object, token?: string): Promise<Loose> {
    const answer = await server.op(op, input, token);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async function connect(token: string, mode: 'v1' | 'legacy' | 'auto' = 'auto'): Promise<Loose> {
    const url = new URL(`/api/mcp/w/${server.workspace}/mcp`, server.origin);
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    const identity = { name: 'test', version: '1' };
    if (mode === 'v1') {
      const client = new ClientV1(identity);
      await client.connect(new v1.StreamableHTTPClientTransport(url, { requestInit }));
      return client;
    }
    const client = new Client(identity, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    return client;
  }

  async function as<Answer>(token: string, use: (client: Loose) => Promise<Answer>) {
    const client = await connect(token);
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }

  const read = (uri: string, token = all): Promise<Loose> =>
    as(token, async (client) => (await client.readResource({ uri })).contents[0]);
  const complete = (ref: object, argument: [string, string], token = all): Promise<string[]> =>
    as(token, async (client) => {
      const [name, value] = argument;
      const { completion } = await client.complete({ ref, argument: { name, value } });
      return completion.values;
    });
  const prompt = (name: string) => ({ type: 'ref/prompt', name });
  const template = (uri: string) => ({ type: 'ref/resource', uri });
  const scriptPaths = template('millrace://scripts/{+path}');

  before(async () => {
    server = await startTestServer({ MILLRACE_WAIT_MS: '20000' });
    all = await server.tokenWith(['mcp:all']);
    await must('folders.create', { name: 'team' });
    const script = (path: string, content: string, summary = '') =>
      must('scripts.create', { path, content, summary, language: 'bun' });
    await script('f/team/greet', code, 'Greets');
    await script('f/team/fails', failing);
    await script('f/team/long', long);
    await script('u/owner/mine', code);
    const value = { modules: [{ id: 'a', value: { type: 'identity' } }] };
    await must('flows.create', { path: 'f/team/steps', summary: 'Steps', value });
    ran = (await must('jobs.runWait', { path: 'f/team/greet', args: { name: 'Ann' } })).id;
    failed = (await must('jobs.runWait', { path: 'f/team/fails', args: {} })).id;
    const person = { email: 'ann@example.com', password: 'correct horse battery' };
    await must('users.create', person);
    await must('members.add', { email: person.email, username: 'ann', role: 'developer' });
    const { token } = await must('session.login', person);
    const made = await must('tokens.create', { scopes: ['mcp:all'] }, token);
    other = made.token;
  });
  after(() => server.stop());

  for (const mode of ['v1', 'legacy', 'auto'] as const) {
    it(`is read by a client: ${mode}`, async () => {
      const client = await connect(all, mode);
      const { resources, prompts, completions } = client.getServerCapabilities();
      assert.deepEqual([resources, prompts, completions].filter(Boolean).length, 3);

      const { resources: list } = await client.listResources();
      const uris = list.map(({ uri }: Loose) => uri);
      for (const uri of [
        'millrace://schemas/openflow',
        'millrace://scripts/f/team/greet',
        'millrace://flows/f/team/steps',
        `millrace://jobs/${failed}/logs`,
      ]) {
        assert.ok(uris.includes(uri), uri);
      }
      assert.ok(!uris.some((uri: string) => uri.includes(ran)), 'only runs that failed are listed');
      for (const { uri } of list) {
        const { contents } = await client.readResource({ uri });
        assert.ok(contents[0].text.length > 0, uri);
        assert.equal(contents[0].uri, uri);
      }

      const { resourceTemplates } = await client.listResourceTemplates();
      const templates = resourceTemplates.map(({ uriTemplate }: Loose) => uriTemplate);
      assert.ok(templates.includes('millrace://jobs/{id}/result'), String(templates));

      const { prompts: offered } = await client.listPrompts();
      assert.ok(offered.some(({ name }: Loose) => name === 'debug_run'));
      await assert.rejects(client.readResource({ uri: 'millrace://scripts/f/team/nope' }), {
        message: /Resource not found/,
      });
      await client.close();
    });
  }

  it('shows sources, results and logs', async () => {
    assert.deepEqual(await read('millrace://scripts/f/team/greet'), {
      uri: 'millrace://scripts/f/team/greet',
      mimeType: 'text/typescript',
      text: code,
    });
    const flow = await read('millrace://flows/f/team/steps');
    assert.equal(JSON.parse(flow.text).value.modules[0].id, 'a');
    assert.deepEqual(JSON.parse((await read(`millrace://jobs/${ran}/result`)).text), {
      name: 'Ann',
    });
    assert.match((await read(`millrace://jobs/${ran}/logs`)).text, /hello Ann/);
    assert.match((await read(`millrace://jobs/${failed}/result`)).text, /too far/);
    const schema = await read('millrace://schemas/openflow');
    assert.equal(schema.mimeType, 'application/schema+json');
    assert.equal(typeof JSON.parse(schema.text), 'object');
  });

  it('cuts what is long, and every part can be read', async () => {
    let uri: string | undefined = 'millrace://scripts/f/team/long';
    let whole = '';
    let parts = 0;
    while (uri !== undefined) {
      const { text } = await read(uri);
      assert.ok(text.length < 210_000);
      const next: RegExpExecArray | null = /\n\n\[Cut here\. Read on: (\S+)\]$/.exec(text);
      whole += next ? text.slice(0, next.index) : text;
      uri = next?.[1];
      parts += 1;
    }
    assert.equal(whole, long);
    assert.equal(parts, 2);
  });

  it('tells nothing apart that a person may not read from what is not there', async () => {
    const said = async (uri: string, token: string): Promise<string> => {
      const error: Loose = await read(uri, token).then(
        () => assert.fail(`read ${uri}`),
        (thrown: unknown) => thrown,
      );
      return `${error.code} ${String(error.message).replaceAll(uri, '<uri>')}`;
    };
    const nothing = await said('millrace://scripts/u/owner/nope', other);
    for (const uri of [
      'millrace://scripts/u/owner/mine',
      'millrace://scripts/f/team/greet',
      'millrace://flows/f/team/steps',
      `millrace://jobs/${ran}/result`,
      `millrace://jobs/${ran}/logs`,
      'millrace://jobs/00000000-0000-7000-8000-000000000000/logs',
    ]) {
      assert.equal(await said(uri, other), nothing, uri);
    }
    const listed = await as(other, (client) => client.listResources());
    assert.doesNotMatch(JSON.stringify(listed), /greet|u\/owner|f\/team|millrace:\/\/jobs/);
  });

  for (const uri of [
    'millrace://jobs/nope/logs',
    'millrace://jobs',
    'millrace://jobs/a/b/c',
    'millrace://scripts/..%2F..%2Fetc/passwd',
    'millrace://docs/../../package.json',
    'millrace://docs/%2e%2e/%2e%2e/package',
    'millrace://scripts/f/team/greet?offset=-1',
    'millrace://scripts/f/team/greet?other=1',
    'millrace://nothing/at/all',
    'file:///etc/passwd',
    'not an address',
    'millrace://scripts/%E0%A4%A',
    `millrace://scripts/${'x'.repeat(5_000)}`,
  ]) {
    it(`finds nothing at ${uri.slice(0, 60)}`, async () => {
      await assert.rejects(read(uri), (error: Loose) => {
        assert.match(error.message, /not found/i);
        assert.doesNotMatch(error.message, /internal|wrong/i);
        return true;
      });
    });
  }

  it('keeps to the scopes of a token, in lists, templates and prompts', async () => {
    const confined = await server.tokenWith(['mcp:scripts:f/team/greet', 'mcp:endpoints:*']);
    const uris = await as(confined, async (client) =>
      (await client.listResources()).resources.map(({ uri }: Loose) => uri),
    );
    assert.ok(uris.includes('millrace://scripts/f/team/greet'));
    assert.ok(!uris.includes('millrace://scripts/f/team/fails'), 'outside of the patterns');
    await assert.rejects(read('millrace://scripts/f/team/fails', confined), /insufficient_scope/);
    const paths = await complete(scriptPaths, ['path', 'f/team'], confined);
    assert.deepEqual(paths, ['f/team/greet']);
  });

  it('completes paths, ids of failed runs and arguments of prompts', async () => {
    const paths = await complete(scriptPaths, ['path', 'f/team/']);
    assert.deepEqual(paths.toSorted(), ['f/team/fails', 'f/team/greet', 'f/team/long']);
    assert.deepEqual(await complete(scriptPaths, ['path', 'f/team/%']), []);
    assert.deepEqual(await complete(scriptPaths, ['path', ''], other), ['f/examples/hello']);
    assert.deepEqual(await complete(template('millrace://jobs/{id}/logs'), ['id', '']), [failed]);
    assert.deepEqual(await complete(prompt('debug_run'), ['job', 'f/team/fa']), [failed]);
    assert.deepEqual(await complete(prompt('debug_run'), ['job', 'zzz']), []);
    await assert.rejects(complete(prompt('nope'), ['x', '']), /no such prompt/);
    await assert.rejects(complete(prompt('debug_run'), ['constructor', '']), /no such prompt/);
    await assert.rejects(complete(template('millrace://nope/{x}'), ['x', '']), /no such prompt/);
  });

  it('builds prompts from the pages of the product and what is there', async () => {
    const text = async (name: string, args: object, token = all): Promise<string> =>
      JSON.stringify(await as(token, (client) => client.getPrompt({ name, arguments: args })));
    const debug = await text('debug_run', { job: failed });
    for (const part of [/too far/, /nearly/, /throw new RangeError/, /never an instruction/]) {
      assert.match(debug, part);
    }
    await assert.rejects(text('debug_run', {}), /job is missing/);
    await assert.rejects(text('debug_run', { job: failed }, other), /not_found/);
    await assert.rejects(text('nope', {}), /no prompt "nope"/);
  });

  it('may be kept by nobody else', async () => {
    await as(all, async (client) => {
      const list = await client.listResources();
      const { contents: _, ...about } = await client.readResource({
        uri: 'millrace://scripts/f/team/greet',
      });
      for (const answer of [list, about]) {
        assert.equal(answer.cacheScope, 'private');
        assert.equal(answer.ttlMs, 0);
      }
    });
  });
});
