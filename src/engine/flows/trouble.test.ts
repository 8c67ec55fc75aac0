// Trouble of the system in the middle of a flow: it fails no step, and the flow goes on after it.
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { freshDatabase, type FreshDatabase } from '../../../test/kit/database.ts';
import { temporaryFolder } from '../../../test/kit/folders.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('trouble of the system', () => {
  const [whole, lacking] = [temporaryFolder(), temporaryFolder()];
  let database: FreshDatabase;
  let server: TestServer;
  const start = (folder: string): Promise<TestServer> =>
    startTestServer({ MILLRACE_DATABASE_URL: database.url, MILLRACE_DATA: folder });
  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  before(async () => {
    database = await freshDatabase();
    server = await start(whole.path);
    await op('variables.create', { path: 'u/owner/key', value: 'open sesame', isSecret: true });
    await server.stop();
    server = await start(lacking.path);
  });
  after(async () => {
    await server.stop();
    await database.drop();
    whole.remove();
    lacking.remove();
  });

  it('is waited for: a step whose secret cannot be read now is not failed', async () => {
    const code = (content: string, inputs = {}) => {
      return { type: 'rawscript', language: 'bun', content, input_transforms: inputs };
    };
    const secret = { type: 'javascript', expr: "variable('u/owner/key').length" };
    const modules = [
      { id: 'a', value: code('export const main = () => 1') },
      { id: 'b', value: code('export const main = (n: number) => n', { n: secret }) },
    ];
    const failure = { id: 'failure', value: code('export const main = () => "failed"') };
    const value = { modules, failure_module: failure };
    const { id } = await op('jobs.previewFlow', { value });
    const said = (): boolean => server.logLines.some((line) => line.includes('could not go on'));
    while (!said()) await op('jobs.update', { id, holdMs: 100 });
    const job = await op('jobs.get', { id });
    assert.equal(job.type, 'QueuedJob', JSON.stringify(job.result));
    assert.equal(
      server.logLines.some((line) => line.includes('open sesame')),
      false,
    );
    copyFileSync(`${whole.path}/master.key`, `${lacking.path}/master.key`);
    const { success, result } = await op('jobs.wait', { id, waitMs: 60_000 });
    assert.deepEqual([success, result], [true, 'open sesame'.length]);
    const steps = await op('jobs.list', { parentJob: id });
    assert.equal(steps.length, 2, 'each step ran once');
  });
});
