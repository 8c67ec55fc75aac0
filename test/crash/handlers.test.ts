// A server killed with -9 while runs fail in a workspace with an error handler: each failure is
// told exactly once, whatever the moment.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ownerToken,
  type ServerProcess,
  startOwned,
  temporaryFolder,
} from '../kit/spawned-server.ts';

describe('kill -9 while runs fail', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let token = '';

  const start = () => startOwned(folder.path);
  async function send(path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${server.origin}/api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${path}: ${text}`);
    return /^[[{]/.test(text) ? JSON.parse(text) : text;
  }
  const create = (name: string, content: string) =>
    send('w/test/scripts/create', {
      path: `f/examples/${name}`,
      language: 'bun',
      content,
      summary: '',
    });
  const all = (path: string): Promise<any[]> =>
    send(`w/test/jobs/list?script_path_exact=f/examples/${path}&per_page=100`);

  before(async () => {
    server = await start();
    token = await ownerToken(server.origin);
    await create('fails', "export function main() { throw new Error('as asked') }");
    await create('tells', 'export const main = (job_id: string) => job_id');
    const handler = { path: 'script/f/examples/tells' };
    await send('w/test/workspaces/edit_error_handler', handler);
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  it('tells each failure once', async () => {
    for (let round = 1; round <= 3; round += 1) {
      await Promise.all(
        Array.from({ length: 6 }, () => send('w/test/jobs/run/p/f/examples/fails', {})),
      );
      // Each round dies at another moment: with the first ends, with half of them, with the last.
      const over = async () => (await all('fails')).filter(({ type }) => type === 'CompletedJob');
      while ((await over()).length < (round - 1) * 6 + round * 2);
      await server.kill9();
      server = await start();
      while ((await over()).length < round * 6);
    }
    const failed = await all('fails');
    assert.equal(failed.length, 18);
    let handlers = await all('tells');
    while (handlers.filter(({ type }) => type === 'CompletedJob').length < 18) {
      handlers = await all('tells');
    }
    assert.equal(handlers.length, 18);
    assert.deepEqual(
      new Set(handlers.map((job) => job.parent_job)),
      new Set(failed.map(({ id }) => id)),
    );
  });
});
