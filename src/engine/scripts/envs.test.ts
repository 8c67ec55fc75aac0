// `envs` of a script, through Windmill's REST: in the environment of its runs, and of no other's.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('envs of a script', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  const deploy = (path: string, fields: object) =>
    server.fetch(`/api/w/${server.workspace}/scripts/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path, summary: '', ...fields }),
    });

  it('are there in each language, and no name of ours is taken over', async () => {
    const sources = [
      ['bun', 'export const main = () => [process.env.COLOR, process.env.WM_WORKSPACE]'],
      [
        'python3',
        'import os\ndef main():\n  return [os.environ["COLOR"], os.environ["WM_WORKSPACE"]]',
      ],
      ['bash', 'echo "[\\"$COLOR\\", \\"$WM_WORKSPACE\\"]"'],
      ['bunnative', 'export const main = () => [process.env.COLOR, process.env.WM_WORKSPACE]'],
    ];
    for (const [language, content] of sources) {
      const path = `f/examples/in_${language}`;
      const envs = ['COLOR=blue=green', 'WM_WORKSPACE=other'];
      const made = await deploy(path, { language, content, envs });
      assert.equal(made.status, 201, await made.text());
      const { body } = await server.op('jobs.runWait', { path });
      assert.deepEqual(body.result, ['blue=green', 'test'], JSON.stringify(body));
      const other = { language, content: String(content).replaceAll('"WM_W', '"NO_W') };
      const preview = await server.op('jobs.previewWait', other);
      assert.doesNotMatch(JSON.stringify(preview.body.result), /blue/);
    }
  });

  it('a new version has its own', async () => {
    const content = 'echo "$COLOR"';
    const path = 'f/examples/versions';
    await deploy(path, { language: 'bash', content, envs: ['COLOR=red'] });
    assert.equal((await server.op('jobs.runWait', { path })).body.result, 'red');
    await deploy(path, { language: 'bash', content, envs: [], auto_parent: true });
    assert.equal((await server.op('jobs.runWait', { path })).body.result, '');
  });

  it('what is no list of variables is refused', async () => {
    for (const envs of ['COLOR=red', ['COLOR'], ['1=2'], ['A B=c'], [7], ['A=\0'], { A: 'b' }]) {
      const made = await deploy('f/examples/bad', { language: 'bash', content: 'echo', envs });
      assert.equal(made.status, 400, JSON.stringify(envs));
    }
  });
});
