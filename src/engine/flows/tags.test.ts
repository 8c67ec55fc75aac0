// Where the steps of a flow run: the flow's tag, and what keeps a tag of its own, through a whole
// server that serves none of these tags.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const inline = (id: string, more: Json = {}): Json => ({
  id,
  value: { type: 'rawscript', language: 'bun', content: 'export const main = () => 1', ...more },
});
const called = (id: string, name: string, more: Json = {}): Json => ({
  id,
  value: { type: 'script', path: `f/examples/${name}`, ...more },
});

describe('tags of flows', () => {
  let server: TestServer;
  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  before(async () => {
    server = await startTestServer();
    const script = { language: 'bun', content: 'export const main = () => 1' };
    await op('scripts.create', { path: 'f/examples/plain', ...script });
    await op('scripts.create', { path: 'f/examples/free', ...script });
    await op('scripts.create', { path: 'f/examples/own', ...script, tag: 'own' });
    await op('flows.create', { path: 'f/examples/below', value: { modules: [inline('z')] } });
  });
  after(() => server.stop());

  /** The tags of what waits below the flow, by the end of its path, when `count` jobs do. */
  async function waiting(id: string, count: number): Promise<Record<string, string>> {
    for (let asked = 0; asked < 2000; asked += 1) {
      const rows: Json[] = await op('jobs.listQueue', { running: false, perPage: 100 });
      const steps = rows.filter((row) => row['rootJob'] === id);
      if (steps.length < count) continue;
      return Object.fromEntries(
        steps.map((row) => [row['scriptPath']?.split('/').at(-1), row['tag']]),
      );
    }
    throw new Error('the steps never came');
  }

  const all = (modules: Json[]): Json => ({
    id: 'all',
    value: { type: 'branchall', parallel: true, branches: modules },
  });
  /** Two steps: a branch of one would be the step itself, under the name of the branches. */
  const branch = (module: Json) => ({ modules: [module, { id: `${module['id']}2`, value: last }] });
  const last = { type: 'identity' };

  const steps = [
    inline('a'),
    inline('b', { tag: 'mine' }),
    called('c', 'plain'),
    called('d', 'own'),
    called('e', 'free', { tag_override: 'there' }),
    { id: 'f', value: { type: 'flow', path: 'f/examples/below' } },
  ];
  const value = { modules: [all(steps.map(branch))] };

  it('go to the steps, and the reason says so', async () => {
    const path = 'f/examples/tagged';
    await op('flows.create', { path, value, tag: 'gpu-$args[site]' });
    const rows: [more: Json, tag: string, mine: string][] = [
      [{}, 'gpu-rome', 'gpu-rome'],
      [{ tag: 'other' }, 'other', 'other'],
    ];
    for (const [more, tag, mine] of rows) {
      const { id } = await op('jobs.runFlow', { path, args: { site: 'rome' }, ...more });
      assert.deepEqual(await waiting(id, 6), {
        a: tag,
        b: mine,
        plain: tag,
        own: 'own',
        free: 'there',
        z: tag,
      });
      assert.equal((await op('jobs.get', { id })).tag, tag);
      const { code, reason } = await op('jobs.standing', { id });
      assert.equal(code, 'step');
      assert.match(reason, new RegExp(`Its step .* waits: No worker serves the tag ${tag}`));
      await op('jobs.cancel', { id });
    }
    const kept = { ...value, preserve_step_tags: true };
    await op('flows.update', { path, value: kept, tag: 'gpu' });
    const { id } = await op('jobs.runFlow', { path });
    const tags = await waiting(id, 6);
    assert.deepEqual([tags['a'], tags['b']], ['gpu', 'mine']);
    await op('jobs.cancel', { id });
  });

  it('stay with a restart; a flow without one changes nothing', async () => {
    const modules = [{ id: 'a', value: { type: 'identity' } }, inline('b')];
    const { id } = await op('jobs.previewFlow', { value: { modules }, path: 'f/x/y', tag: 'gpu' });
    assert.deepEqual(await waiting(id, 1), { b: 'gpu' });
    await op('jobs.cancel', { id });
    await op('jobs.wait', { id });
    const again = await op('jobs.restartFlow', { id, stepId: 'b' });
    assert.deepEqual(await waiting(again.id, 1), { b: 'gpu' });
    await op('jobs.cancel', { id: again.id });
    const plain = await op('jobs.previewFlow', { value: { modules: [inline('a')] } });
    assert.equal((await op('jobs.wait', { id: plain.id })).result, 1);
    assert.equal((await op('jobs.get', { id: plain.id })).tag, 'flow');
  });
});
