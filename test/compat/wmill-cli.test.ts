// Windmill's published command line against a whole server: what people type who come from there.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { openWmill, type Wmill } from '../kit/wmill.ts';

const hello = 'export async function main(name: string) { return `hello ${name}` }\n';

const flow = `summary: Twice
description: ''
value:
  modules:
    - id: a
      value:
        type: rawscript
        language: bun
        content: '!inline a.ts'
        lock: ''
        input_transforms:
          n: {type: javascript, expr: flow_input.n}
schema:
  type: object
  properties: {n: {type: number}}
  required: [n]
`;

const doubling = `export async function main(n: number) {
  console.log('in a');
  return n * 2;
}
`;

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

  it('makes schemas and locks before it pushes', async () => {
    write('wmill.yaml', 'defaultTs: bun\nincludes: ["**"]\nnonDottedPaths: true\n');
    write('f/examples/sum.ts', 'export async function main(a: number, b = 2) { return a + b }\n');
    await run('generate-metadata', '--yes');
    const meta = readFileSync(join(wmill.folder, 'f/examples/sum.script.yaml'), 'utf8');
    assert.match(meta, /required:\n\s+- a\n/);
    await run('script', 'push', 'f/examples/sum.ts');
    const jobs = await server.op('jobs.list', { jobKinds: ['dependencies'] });
    assert.ok(jobs.body.length > 0, 'a lock is a job that people can see');
    write('f/examples/broken.ts', 'export const main = ( => 1\n');
    const failed = await wmill.run(['generate-metadata', '--yes']);
    assert.match(failed.out, /f\/examples\/broken/);
    for (const name of readdirSync(join(wmill.folder, 'f/examples'))) {
      if (name.startsWith('broken')) rmSync(join(wmill.folder, 'f/examples', name));
    }
  });

  it('pushes, shows, runs and previews flows', async () => {
    const folder = 'f/examples/twice__flow';
    write(`${folder}/flow.yaml`, flow);
    write(`${folder}/a.ts`, doubling);
    await run('generate-metadata', '--yes');
    assert.match(await run('flow', 'push', folder, 'f/examples/twice'), /Flow pushed/);
    const again = await run('flow', 'push', folder, 'f/examples/twice');
    assert.match(again, /up to date/);
    assert.match(await run('flow', 'list'), /f\/examples\/twice/);
    assert.match(await run('flow', 'get', 'f/examples/twice'), /a: rawscript/);
    assert.match(await run('flow', 'history', 'f/examples/twice'), /Version/);
    const input = ['-d', '{"n":4}'];
    assert.match(await run('flow', 'run', 'f/examples/twice', ...input), /\n8\n/);
    assert.match(await run('flow', 'preview', folder, ...input), /\n8\n/);
    assert.match(await run('flow', 'preview', folder, '--step', 'a', ...input), /\n8\n/);
  });

  it('reads, reruns, restarts and cancels jobs', async () => {
    assert.match(await run('job', 'list'), /f\/examples\/twice/);
    const listed = await server.op('jobs.list', { jobKinds: ['flow'] });
    const { id } = listed.body[0];
    assert.match(await run('job', 'get', id), /success/i);
    assert.match(await run('job', 'result', id), /8/);
    assert.match(await run('job', 'logs', id), /in a/);
    assert.match(await run('job', 'rerun', id), /[0-9a-f-]{36}/);
    assert.match(await run('job', 'restart', id, '--step', 'a'), /[0-9a-f-]{36}/);
    const content = 'export const main = () => new Promise(() => setInterval(() => {}, 1000))';
    const long = await server.op('jobs.preview', { language: 'bun', content });
    await run('job', 'cancel', long.body.id);
    const over = await server.op('jobs.wait', { id: long.body.id });
    assert.equal(over.body.success, false);
  });
});
