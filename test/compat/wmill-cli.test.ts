// Windmill's published command line against a whole server: what people type who come from there.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { openWmill, type Wmill } from '../kit/wmill.ts';

const hello = 'export async function main(name: string) { return `hello ${name}` }\n';

describe('wmill', () => {
  let server: TestServer;
  let wmill: Wmill;

  /** Runs a command that must succeed; answers what it printed. */
  async function run(...args: string[]): Promise<string> {
    const { code, out } = await wmill.run(args);
    assert.equal(code, 0, `wmill ${args.join(' ')}: ${out}`);
    return out;
  }
  function write(path: string, content: string): void {
    const file = join(wmill.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  before(async () => {
    server = await startTestServer();
    wmill = openWmill();
    const { workspace, origin, token } = server;
    await run('workspace', 'add', 'mine', workspace, origin, '--token', token);
  });
  after(async () => {
    wmill.remove();
    await server.stop();
  });

  it('knows the server and who calls', async () => {
    assert.match(await run('version'), /Backend Version: v1\.819\.0 \(Millrace v/);
    assert.match(await run('user'), /owner@example\.com/);
    assert.match(await run('workspace', 'whoami'), /"super_admin": true/);
    assert.match(await run('workspace', 'list-remote'), /test .* owner/);
  });

  it('refuses a workspace that is not there, and a token that is none', async () => {
    const { origin } = server;
    const nowhere = ['workspace', 'add', 'x', 'nowhere', origin, '--token', server.token];
    assert.equal((await wmill.run(nowhere)).code, 1);
    const as = ['--base-url', origin, '--workspace', 'test', '--token', 'mr_nothing'];
    const refused = await wmill.run(['script', 'list', ...as]);
    assert.equal(refused.code, 1);
    assert.doesNotMatch(refused.out, /f\/examples/);
  });

  it('pushes, lists, shows and runs scripts', async () => {
    write('f/examples/greet.ts', hello);
    assert.match(await run('script', 'push', 'f/examples/greet.ts'), /Created new script/);
    assert.match(await run('script', 'push', 'f/examples/greet.ts'), /is up to date/);
    assert.match(await run('script', 'list'), /f\/examples\/greet/);
    assert.match(await run('script', 'show', 'f/examples/greet'), /hello \$\{name\}/);
    const input = ['-d', '{"name":"Ann"}'];
    assert.match(await run('script', 'run', 'f/examples/greet', ...input), /"hello Ann"/);
    assert.match(await run('script', 'preview', 'f/examples/greet.ts', ...input), /hello Ann/);
    write('f/examples/greet.ts', hello.replace('hello', 'good morning'));
    assert.match(await run('script', 'push', 'f/examples/greet.ts'), /greet\.ts pushed/);
    assert.match(await run('script', 'history', 'f/examples/greet'), /│\s+2\s+│/);
  });
});
