// The protocol's own test suite against the product's engine: every scenario that a revision
// requires of a server passes. And its address: open, so only for this machine, when asked.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

const suite = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
);
const revisions = ['2025-11-25', '2026-07-28'];

/** The scenarios that the suite itself says a revision requires of a server. */
async function requiredOf(revision: string): Promise<string[]> {
  const file = join(dirname(suite), '..', 'requirements', `${revision}.yaml`);
  const text = await readFile(file, 'utf8');
  const part = /^server:\n((?:(?: .*|#.*)?\n)*)/m.exec(text)?.[1] ?? '';
  return [...part.matchAll(/^ +- ([a-z0-9-]+)/gm)].map(([, name]) => String(name));
}

interface Outcome {
  code: number | null;
  /** The summary's mark by scenario. */
  passed: Map<string, boolean>;
  said: string;
}

async function run(url: string, revision: string): Promise<Outcome> {
  const results = await mkdtemp(join(tmpdir(), 'conformance-'));
  const args = [suite, 'server', '--url', url, '--requirements', revision, '-o', results];
  try {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    const summary = said.slice(said.lastIndexOf('=== SUMMARY ==='));
    const marks = summary.matchAll(/^([✓✗]) ([a-z0-9-]+):/gm);
    const passed = new Map([...marks].map(([, mark, name]) => [String(name), mark === '✓']));
    return { code, passed, said };
  } finally {
    await rm(results, { recursive: true, force: true });
  }
}

describe('the conformance suite', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ MILLRACE_CONFORMANCE: '1' });
  });
  after(() => server.stop());

  for (const revision of revisions) {
    it(`A01 passes what ${revision} requires of a server`, async () => {
      const required = await requiredOf(revision);
      assert.ok(required.length >= 30, 'the suite names its scenarios');
      const { code, passed, said } = await run(`${server.origin}/mcp/conformance`, revision);
      const failed = required.filter((name) => passed.get(name) !== true);
      assert.deepEqual(failed, [], said.slice(-8_000));
      assert.equal(code, 0, said.slice(-8_000));
    });
  }

  it('reaches nothing of the product', async () => {
    const response = await fetch(`${server.origin}/mcp/conformance`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 's-f_team_report', arguments: {} },
      }),
    });
    const text = await response.text();
    assert.match(text, /"code":-32602|no operation/);
    assert.doesNotMatch(text, /"structuredContent":\{"result"/);
  });
});

describe('the address of the conformance suite', () => {
  it('is not there unless it was asked for', async () => {
    const server = await startTestServer();
    try {
      const response = await server.fetch('/mcp/conformance', { method: 'POST', token: null });
      assert.equal(response.status, 404);
    } finally {
      await server.stop();
    }
  });

  for (const [what, env] of [
    ['every address', { MILLRACE_HOST: '0.0.0.0' }],
    ['a name', { MILLRACE_HOST: 'localhost.example.com' }],
    ['a public address', { MILLRACE_BASE_URL: 'https://millrace.example.com' }],
  ] as const) {
    it(`is refused together with ${what}`, () => {
      assert.throws(() => readConfig({ ...env, MILLRACE_CONFORMANCE: '1' }), {
        code: 'invalid_input',
        message: /MILLRACE_CONFORMANCE=1/,
      });
      assert.equal(readConfig(env).conformance, false);
    });
  }

  it('takes the addresses of this machine', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
      const config = readConfig({ MILLRACE_HOST: host, MILLRACE_CONFORMANCE: '1' });
      assert.equal(config.conformance, true, host);
    }
  });
});
