// A server killed with -9 while apps are deployed: each is as it was before or as it is after,
// never half, and what was acknowledged is there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ownerToken,
  type ServerProcess,
  startOwned,
  temporaryFolder,
} from '../kit/spawned-server.ts';

const paths = ['one', 'two', 'three', 'four', 'five', 'six'].map((name) => `f/examples/${name}`);

/** A full-code app whose runnable and page say the same mark. */
const valueOf = (mark: string) => ({
  files: { '/index.ts': `document.getElementById('root')!.append(${JSON.stringify(mark)});` },
  runnables: {
    mark: {
      type: 'inline',
      inlineScript: { language: 'bun', content: `export const main = () => '${mark}'` },
    },
  },
});

describe('kill -9 of the server while apps are deployed', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let token = '';

  const start = () => startOwned(folder.path);

  async function op(name: string, input: unknown = {}): Promise<{ status: number; body: any }> {
    const response = await fetch(`${server.origin}/api/op/${name}?workspace=test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    return { status: response.status, body: await response.json() };
  }

  before(async () => {
    server = await start();
    token = await ownerToken(server.origin);
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  it('leaves every app whole', async () => {
    for (const path of paths) {
      const made = await op('apps.create', { path, value: valueOf('old') });
      assert.equal(made.status, 200, JSON.stringify(made.body));
    }
    const acknowledged = new Map<string, number>();
    const updates = paths.map(async (path) => {
      const { status, body } = await op('apps.update', { path, value: valueOf('new') });
      if (status === 200) acknowledged.set(path, body.version);
    });
    await Promise.race(updates);
    await server.kill9();
    await Promise.allSettled(updates);
    assert.ok(acknowledged.size > 0);

    server = await start();
    for (const path of paths) {
      const { body: app } = await op('apps.get', { path });
      const { body: history } = await op('apps.history', { path });
      const mark = JSON.stringify(app.value) === JSON.stringify(valueOf('new')) ? 'new' : 'old';
      assert.deepEqual(app.value, valueOf(mark), path);
      assert.equal(history.length, mark === 'new' ? 2 : 1, path);
      assert.equal(history[0].version, app.versions.at(-1), path);
      if (acknowledged.has(path)) assert.equal(acknowledged.get(path), history[0].version, path);
      const { body: secrets } = await op('apps.secretOf', { path });
      const bundle = await op('apps.bundle', { secret: secrets.bundleSecret, kind: 'js' });
      assert.match(bundle.body.content, new RegExp(`"${mark}"`), path);
      const { body: started } = await op('apps.execute', { path, component: 'mark' });
      const { body: ran } = await op('apps.result', { path, id: started.id, waitMs: 30_000 });
      assert.deepEqual([ran.success, ran.result], [true, mark], path);
    }
  });
});
