// A client that needs more than its person allowed: it is told which scopes, asks for them beside
// those that it has, and goes on. What the person may not use is not there for it either.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { createBrowser } from '../kit/browser.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { legacy, type Loose, messagesOf, modern } from '../mcp/messages.ts';
import { createClient, passLogin, password } from './kit.ts';
import { memoryProvider } from './real-clients.ts';

const email = 'ann@example.com';

describe('asking for more', () => {
  let server: TestServer;
  let url = '';
  let token = '';
  let narrow: { access: string; endpoints: string };

  const op = async (name: string, input: object, by?: string): Promise<Loose> => {
    const { status, body } = await server.op(name, input, by);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  };

  type How = typeof modern | typeof legacy;
  const call = (how: How, [name, args]: [name: string, args: object], by = token) => {
    const { body, headers } = how('tools/call', { name, arguments: args });
    return fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${by}`,
        ...headers,
      },
      body: JSON.stringify(body),
    });
  };

  before(async () => {
    server = await startTestServer();
    url = `${server.origin}/api/mcp/w/test/mcp`;
    await op('users.create', { email, password });
    await op('members.add', { email, username: 'ann', role: 'operator' });
    await op('folders.create', { name: 'hidden' });
    const content = 'export const main = () => 1';
    await op('scripts.create', { path: 'f/hidden/secret', language: 'bun', content });
    narrow = { access: 'custom', endpoints: 'listJobs' };
    const client = createClient(server);
    const clientId = await client.clientId();
    token = (await client.connect(email, { clientId, choices: narrow })).access_token;
  });
  after(() => server?.stop());

  const about = () => `${server.origin}/.well-known/oauth-protected-resource/api/mcp/w/test/mcp`;

  const rows: [name: string, args: object, needs: string][] = [
    ['listResource', {}, 'mcp:endpoints:listResource'],
    // Patterns would confine the tools that it has, so it asks for all scripts.
    ['s-f_examples_hello', { name: 'Ann' }, 'mcp:scripts:*'],
    ['runScriptByPath', { path: 'f/examples/hello' }, 'mcp:scripts:*'],
  ];
  for (const how of [modern, legacy]) {
    for (const [name, args, needs] of rows) {
      it(`${how.name}: ${name} is 403 with what it has and needs`, async () => {
        const response = await call(how, [name, args]);
        assert.equal(response.status, 403);
        assert.equal(
          response.headers.get('www-authenticate'),
          `Bearer realm="millrace", resource_metadata="${about()}", ` +
            `error="insufficient_scope", scope="mcp:endpoints:listJobs ${needs}"`,
        );
        const [{ result }] = await messagesOf(response);
        assert.equal(result.structuredContent.error.code, 'insufficient_scope');
      });
    }
  }

  it('names a script alone where patterns confine the token already', async () => {
    const client = createClient(server);
    const clientId = await client.clientId();
    const choices = { access: 'custom', scripts: 'f/team/*', endpoints: 'listJobs' };
    const { access_token: by } = await client.connect(email, { clientId, choices });
    const response = await call(modern, ['s-f_examples_hello', {}], by);
    assert.equal(response.status, 403);
    const challenge = response.headers.get('www-authenticate') ?? '';
    const scope =
      'scope="mcp:scripts:f/team/* mcp:endpoints:listJobs mcp:scripts:f/examples/hello"';
    assert.ok(challenge.endsWith(scope), challenge);
  });

  it('leads nowhere for what the person may not use, or what is not there', async () => {
    const hidden = [
      ['s-f_hidden_secret', 's-f_hidden_nothing'],
      // An operator changes nothing.
      ['createScript', 'noSuchTool'],
    ];
    for (const [name = '', other = ''] of hidden) {
      const answers = [];
      for (const one of [name, other]) {
        const response = await call(modern, [one, {}]);
        assert.equal(response.status, 200, one);
        assert.equal(response.headers.get('www-authenticate'), null);
        answers.push((await response.text()).replaceAll(/secret|nothing/g, '…'));
      }
      if (name.startsWith('s-')) assert.equal(answers[0], answers[1]);
      assert.doesNotMatch(answers[0] ?? '', /may call/);
    }
  });

  it('is a result in words for a plain token, whose owner makes another', async () => {
    const { token: login } = await op('session.login', { email, password });
    const made = await op('tokens.create', { scopes: ['mcp:endpoints:listJobs'] }, login);
    const response = await call(modern, ['listResource', {}], made.token);
    assert.equal(response.status, 200);
    const [{ result }] = await messagesOf(response);
    assert.equal(result.isError, true);
    assert.match(
      result.content.at(-1).text,
      /has mcp:endpoints:listJobs mcp:endpoints:listResource may call listResource/,
    );
  });

  it('every refusal is in the audit log', async () => {
    const audit = await op('audit.list', { perPage: 200 });
    const refused = audit.filter((row: Loose) => row.code === 'insufficient_scope');
    const names = new Set(refused.map((row: Loose) => row.operation));
    for (const name of ['resources.list', 'jobs.runWait', 'jobs.run']) assert.ok(names.has(name));
  });

  for (const mode of ['auto', 'legacy'] as const) {
    it(`the SDK gets what it needs and keeps what it had (${mode})`, async () => {
      const provider = memoryProvider();
      const connect = async (finish?: URLSearchParams) => {
        const transport = new StreamableHTTPClientTransport(new URL(url), {
          authProvider: provider as never,
        });
        const client = new Client(
          { name: 'trial', version: '1' },
          { versionNegotiation: { mode } },
        );
        if (finish) await transport.finishAuth(finish);
        else await client.connect(transport);
        return { client, transport };
      };
      const consent = async (choices?: Record<string, string>) => {
        assert.ok(provider.asked);
        const browser = createBrowser();
        const page = await passLogin(browser, await browser.go(provider.asked.href), email);
        return new URL((await browser.submit(page, choices)).url).searchParams;
      };
      await assert.rejects(connect(), UnauthorizedError);
      await connect(await consent(narrow));
      const first = await connect();
      await first.client.callTool({ name: 'listJobs', arguments: {} });
      const greet = { name: 's-f_examples_hello', arguments: { name: 'Ann' } };
      await assert.rejects(first.client.callTool(greet), UnauthorizedError);
      assert.match(provider.asked?.searchParams.get('scope') ?? '', /listJobs.*mcp:scripts:\*/);
      // The page begins with what is asked for: the person only agrees.
      await first.transport.finishAuth(await consent());
      const called = (await first.client.callTool(greet)) as Loose;
      assert.equal(called.structuredContent.greeting, 'Hello, Ann.');
      const { tools } = await first.client.listTools();
      const names = tools.map(({ name }) => name);
      assert.ok(names.includes('listJobs') && !names.includes('listResource'), names.join(' '));
      await first.client.close();
    });
  }
});
