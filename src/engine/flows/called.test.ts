// The scripts that steps call, which are kept: every change counts for the very next step, here at
// once, and in another process as soon as it hears of it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { monotonicMs } from '../../base/index.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const path = 'f/vault/called';
const flow = 'f/open/calls';
const calls = { type: 'script', path, input_transforms: {} };
const loop = {
  type: 'forloopflow',
  iterator: { type: 'javascript', expr: '[1, 2, 3]' },
  modules: [{ id: 'x', value: calls }],
};

describe('the script that a loop calls', () => {
  let server: TestServer;
  let dev: string;

  async function op(name: string, input: unknown, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const deploy = (answer: string): Promise<unknown> =>
    op('scripts.create', {
      path,
      language: 'bun',
      content: `export const main = () => '${answer}'`,
      autoParent: true,
    });
  const runs = async (token?: string): Promise<string> =>
    JSON.stringify((await op('jobs.runFlowWait', { path: flow }, token)).result);
  const thrice = (answer: string): string => JSON.stringify([answer, answer, answer]);

  before(async () => {
    server = await startTestServer();
    await op('folders.create', { name: 'vault' });
    await op('folders.create', { name: 'open', extraPerms: { 'u/dev': false } });
    await deploy('one');
    await op('flows.create', { path: flow, value: { modules: [{ id: 'l', value: loop }] } });
    const person = { email: 'dev@example.com', password: 'long enough for anybody' };
    await op('users.create', person);
    await op('members.add', { email: person.email, username: 'dev', role: 'developer' });
    dev = (await op('session.login', person)).token;
  });
  after(() => server.stop());

  it('is the newest, wherever it was deployed', async () => {
    assert.equal(await runs(), thrice('one'));
    await deploy('two');
    assert.equal(await runs(), thrice('two'));
    const other = await startTestServer({}, { beside: server });
    try {
      const content = `export const main = () => 'three'`;
      const made = await other.op('scripts.create', {
        path,
        language: 'bun',
        content,
        autoParent: true,
      });
      assert.equal(made.status, 200, JSON.stringify(made.body));
      // What it hears by a hint is not there at once, but within seconds in any case.
      const until = monotonicMs() + 10_000;
      let seen = await runs();
      while (seen !== thrice('three') && monotonicMs() < until) seen = await runs();
      assert.equal(seen, thrice('three'));
    } finally {
      await other.stop();
    }
  });

  it('is whose it is: a grant counts at once, and so does its end', async () => {
    const share = (access: string) =>
      op('scripts.share', { path, principal: 'u/dev', access }).then(() => runs(dev));
    assert.match(await runs(dev), /NotFound/);
    assert.equal(await share('read'), thrice('three'));
    assert.match(await share('none'), /NotFound/);
    assert.equal(await runs(), thrice('three'));
  });

  it('is not there once it is archived, until it is deployed again', async () => {
    await op('scripts.archive', { path });
    assert.match(await runs(), /NotFound/);
    await deploy('four');
    assert.equal(await runs(), thrice('four'));
    await op('scripts.delete', { path });
    assert.match(await runs(), /NotFound/);
  });
});
