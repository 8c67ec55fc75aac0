// `millrace doctor --mcp`: the whole way into a server of ours, and each step's words where it is
// broken by a server or proxy that is not ours.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type Clock, systemClock } from '../../src/base/index.ts';
import { type StepFinding, stepNames, tryMcp } from '../../src/surface/cli/mcp-steps/index.ts';
import { createBrowser } from '../kit/browser.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { passLogin, password } from '../oauth/kit.ts';
import { millrace } from './kit.ts';
import { endpoint, type Parts, startStandIn, tool } from './mcp-stand-in.ts';

interface Tried {
  url: string;
  token?: string;
  clock?: Clock;
  showLogin?: (url: string) => void;
}

const tryIt = (tried: Tried): Promise<StepFinding[]> =>
  tryMcp({ clock: systemClock, signal: new AbortController().signal, ...tried });

const states = (found: readonly StepFinding[]) =>
  Object.fromEntries(found.map(({ step, state }) => [step, state]));

const wrong = (found: readonly StepFinding[]) =>
  found.filter(({ state }) => state === 'notice' || state === 'problem');

describe('doctor --mcp on a server of ours', () => {
  let server: TestServer;
  let url = '';
  const email = 'ann@example.com';

  before(async () => {
    server = await startTestServer();
    url = `${server.origin}/api/mcp/w/test/mcp`;
    await server.op('users.create', { email, password });
    await server.op('members.add', { email, username: 'ann', role: 'developer' });
  });
  after(() => server.stop());

  test('goes the whole way with a person who logs in', async () => {
    const showLogin = (login: string): void => {
      const browser = createBrowser();
      const consent = browser.go(login).then((page) => passLogin(browser, page, email));
      void consent.then(async (page) => {
        const back = await browser.submit(page, {});
        await fetch(back.url);
      });
    };
    const found = await tryIt({ url, showLogin });
    assert.deepEqual(wrong(found), []);
    assert.deepEqual(states(found), Object.fromEntries(stepNames.map((name) => [name, 'well'])));
    const session = await server.op('session.login', { email, password }, '');
    const left = await server.op('tokens.list', {}, session.body.token);
    assert.deepEqual([left.status, left.body.tokens ?? left.body], [200, []]);
  });

  test('ends at the login without a browser, and says so', async () => {
    const { code, out } = await millrace(['doctor', '--mcp', url, '--no-browser']);
    assert.equal(code, 0, out);
    assert.match(out, /^well {5}registration: /m);
    assert.match(out, /^skipped {2}login: needs a person: .*MILLRACE_TOKEN$/m);
    assert.doesNotMatch(out, /token:|problem/);
  });

  test('with MILLRACE_TOKEN it skips the login', async () => {
    const token = await server.tokenWith(['mcp:all']);
    const env = { MILLRACE_TOKEN: token, MILLRACE_URL: server.origin };
    const { code, out, err } = await millrace(['doctor', '--mcp', url], { env });
    assert.deepEqual([code, err], [0, ''], out);
    assert.match(out, /^skipped {2}login: a token is given$/m);
    assert.match(out, /^well {5}call: \w+ answers$/m);
    assert.ok(!out.includes(token));
  });

  test('a dead token, and one that reaches no tools', async () => {
    const dead = await tryIt({ url, token: 'mr_nothing' });
    assert.deepEqual(
      wrong(dead).map(({ step, detail }) => [step, detail.startsWith('The token is refused')]),
      [['handshake', true]],
    );
    const narrow = await tryIt({ url, token: await server.tokenWith(['jobs:run']) });
    assert.match(wrong(narrow)[0]?.detail ?? '', /^The token's scopes do not reach the tools/);
  });

  test('the address of a page', async () => {
    const found = await tryIt({ url: `${server.origin}/login` });
    assert.deepEqual(states(found), { address: 'problem' });
  });
});

const document = '/.well-known/oauth-protected-resource/mcp';
const issuer = '/.well-known/oauth-authorization-server';
const page = () => ({ headers: { 'content-type': 'text/html' }, body: '<!doctype html>' });

/** Adds `more` to what the part at `path` sends. */
function changed(path: string, more: Record<string, unknown>, slash = ''): Parts {
  return {
    [path]: ({ origin }) => ({
      body: {
        resource: `${origin}/mcp${slash}`,
        authorization_servers: [origin],
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        registration_endpoint: `${origin}/register`,
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        ...more,
      },
    }),
  };
}

const brokenParts: readonly [what: string, parts: Parts, step: string, says: RegExp][] = [
  ['HTML at the address', { '/mcp': page }, 'address', /200 with an HTML page instead of JSON/],
  [
    'a redirect',
    { '/mcp': () => ({ status: 308, headers: { location: '/mcp/' } }), '/mcp/': () => ({}) },
    'address',
    /redirects \(308\) to http:\S+\/mcp\/;/,
  ],
  [
    'redirects in a circle',
    {
      '/mcp': () => ({ status: 301, headers: { location: '/mcp/' } }),
      '/mcp/': () => ({ status: 301, headers: { location: '/mcp' } }),
    },
    'address',
    /without end/,
  ],
  ['nothing there', { '/mcp': () => ({ status: 404 }) }, 'address', /No MCP endpoint .*404/],
  ['a dead upstream', { '/mcp': () => ({ status: 502 }) }, 'address', /fails \(502\)/],
  ['a bot check', { '/mcp': () => ({ status: 403 }) }, 'address', /answers 403, where/],
  [
    'no document',
    { [document]: () => ({ status: 404 }) },
    'resource document',
    /oauth-protected-resource\/mcp answers 404; .*oauth-protected-resource answers 404/,
  ],
  [
    'a catch-all page',
    { [document]: page, '*': page },
    'resource document',
    /answers 200 with an HTML page/,
  ],
  [
    'the resource of the inside',
    changed(document, { resource: 'http://backend:8000/mcp' }),
    'resource document',
    /resource is http:\/\/backend:8000\/mcp, which is not the address/,
  ],
  [
    'no issuer named',
    changed(document, { authorization_servers: [] }),
    'resource document',
    /names no authorization_servers/,
  ],
  [
    'another issuer',
    changed(issuer, { issuer: 'http://127.0.0.1/' }),
    'authorization server',
    /issuer is http:\/\/127\.0\.0\.1\/, not http/,
  ],
  [
    'no PKCE',
    changed(issuer, { code_challenge_methods_supported: ['plain'] }),
    'authorization server',
    /does not offer PKCE with S256/,
  ],
  [
    'no registration',
    changed(issuer, { registration_endpoint: undefined }),
    'registration',
    /no registration_endpoint/,
  ],
  [
    'refused registration',
    { '/register': () => ({ status: 400, body: { error: 'invalid_redirect_uri' } }) },
    'registration',
    /is refused: 400 \(invalid_redirect_uri\)/,
  ],
  [
    'refused authorization',
    { '/authorize': () => ({ status: 400, body: { error: 'invalid_scope' } }) },
    'login',
    /answers 400 \(invalid_scope\)/,
  ],
];

describe('doctor --mcp names the step that is broken', { concurrency: 4 }, () => {
  for (const [what, parts, step, says] of brokenParts) {
    test(what, async () => {
      const standIn = await startStandIn(parts);
      const found = await tryIt({ url: standIn.url });
      standIn.stop();
      const problems = found.filter(({ state }) => state === 'problem');
      assert.deepEqual([problems.length, found.at(-1)?.step], [1, step], JSON.stringify(found));
      assert.match(problems[0]?.detail ?? '', says);
      assert.ok(problems[0]?.fix);
    });
  }

  test('nothing listens', async () => {
    const standIn = await startStandIn();
    standIn.stop();
    const { code, out } = await millrace(['doctor', '--mcp', standIn.url]);
    assert.equal(code, 1);
    assert.match(out, /^problem {2}address: No server at .*: nothing listens there\.$/m);
    assert.match(out, /see: docs\/how-to\/troubleshoot-mcp\.md#address$/m);
  });

  test('a slash, a missing challenge, a slow clock are no reason to stop', async () => {
    const late: Clock = { ...systemClock, now: () => systemClock.now() + 600_000 };
    const standIn = await startStandIn({
      ...changed(document, {}, '/'),
      '/mcp': () => ({ status: 401 }),
    });
    const found = await tryIt({ url: standIn.url, clock: late });
    standIn.stop();
    const said = wrong(found).map(({ step, detail }) => `${step}: ${detail}`);
    assert.equal(said.length, 3, said.join('\n'));
    assert.match(said.join('\n'), /clock: .* (?:599|600|601) s behind/);
    assert.match(said.join('\n'), /challenge: .* no WWW-Authenticate: Bearer/);
    assert.match(said.join('\n'), /resource document: .* by the slash at its end/);
    assert.equal(found.at(-1)?.step, 'login');
  });
});

describe('doctor --mcp reads the list of tools', () => {
  const listed = async (tools: readonly unknown[]): Promise<StepFinding[]> => {
    const standIn = await startStandIn(endpoint(tools));
    const found = await tryIt({ url: standIn.url, token: 'good' });
    standIn.stop();
    return found;
  };

  test('what clients trip over', async () => {
    const found = await listed([
      tool('with.dot'),
      tool('twice'),
      tool('twice'),
      tool('union', { inputSchema: { type: 'object', anyOf: [] } }),
      tool('text', { inputSchema: { type: 'string' } }),
      tool('a'.repeat(65)),
      tool('silent', { description: undefined }),
      tool('list', { outputSchema: { type: 'array' } }),
    ]);
    const said = wrong(found).map(({ state, detail }) => `${state} ${detail}`);
    assert.deepEqual(
      said.map((line) => line.replace(/a{65}/, 'long')),
      [
        'problem Names that models cannot be given: with.dot.',
        'problem Several tools with one name: twice, twice.',
        'problem An inputSchema that is no object at its root: text.',
        'problem oneOf, anyOf or allOf at the root of the inputSchema: union.',
        'problem An outputSchema that is no object at its root: list.',
        'notice Names longer than 64 letters, which OpenAI refuses: long.',
        'notice No description: silent.',
      ],
    );
    assert.equal(states(found)['call'], 'skipped');
  });

  test('too many, and one that may be called', async () => {
    const reading = { annotations: { readOnlyHint: true } };
    const found = await listed(
      Array.from({ length: 129 }, (_, at) => tool(`tool_${at}`, at === 7 ? reading : {})),
    );
    assert.match(wrong(found)[0]?.detail ?? '', /^There are 129 tools, more than VS Code/);
    assert.equal(found.find(({ step }) => step === 'call')?.detail, 'tool_7 answers');
  });
});

describe('doctor --mcp as a command', () => {
  test('sends MILLRACE_TOKEN to no other server', async () => {
    const standIn = await startStandIn();
    const env = { MILLRACE_TOKEN: 'mr_secret', MILLRACE_URL: 'http://127.0.0.1:1' };
    const { err, out } = await millrace(['doctor', '--mcp', standIn.url], { env });
    standIn.stop();
    assert.match(err, /MILLRACE_TOKEN is not sent there/);
    assert.ok(standIn.seen.length > 3);
    assert.doesNotMatch(standIn.seen.join('\n') + out, /mr_secret/);
  });

  test('a token in the address is not shown', async () => {
    const standIn = await startStandIn();
    const url = `${standIn.url}?token=mr_secret`;
    const { out } = await millrace(['doctor', '--mcp', url, '--json', '--no-browser']);
    standIn.stop();
    assert.ok(JSON.parse(out).length > 3);
    assert.doesNotMatch(out, /mr_secret/);
  });

  test('wrong use', async () => {
    for (const argv of [
      ['--mcp', 'nothing'],
      ['--mcp', 'http://user:secret@127.0.0.1/mcp'],
      ['--mcp', 'http://127.0.0.1/mcp', '--port', '1'],
      ['--no-browser'],
    ]) {
      const { code, err } = await millrace(['doctor', ...argv]);
      assert.equal(code, 2, argv.join(' '));
      assert.doesNotMatch(err, /secret/);
    }
  });

  test('every step has its heading in the page', () => {
    const text = readFileSync(
      new URL('../../docs/how-to/troubleshoot-mcp.md', import.meta.url),
      'utf8',
    );
    const headings = text.match(/^## .+$/gm) ?? [];
    for (const name of stepNames) {
      assert.ok(
        headings.some((line) => line.toLowerCase() === `## ${name}`),
        name,
      );
    }
  });
});
