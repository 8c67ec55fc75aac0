// A flow is checked before it is written: what is wrong is named with its module, nothing is kept.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import type { Loose } from './kit.ts';
import { type Model, modelAt } from './model.ts';

const step = (id: string, value: Loose): Loose => ({ id, value });
const hello = (name: Loose): Loose => ({
  type: 'script',
  path: 'f/examples/hello',
  input_transforms: { name },
});

describe('validateFlow', () => {
  let server: TestServer;
  let model: Model;
  before(async () => {
    server = await startTestServer();
    model = modelAt(server, await server.tokenWith(['mcp:all']));
  });
  after(() => server?.stop());

  const check = async (modules: unknown): Promise<Loose> =>
    (await model.call('validateFlow', { value: { modules } })).structuredContent;

  test('a good flow is valid, and is not stored', async () => {
    const said = await check([step('a', hello({ type: 'javascript', expr: 'flow_input.name' }))]);
    assert.deepEqual(said, { valid: true, problems: [], warnings: [] });
    const { body } = await server.op('flows.list', {});
    assert.deepEqual(body, []);
  });

  const wrong: [string, unknown, RegExp][] = [
    ['no modules', 'none', /modules/],
    ['the same id twice', [step('a', { type: 'identity' }), step('a', { type: 'identity' })], /a/],
    [
      'a script that is not there',
      [step('a', { ...hello({ type: 'static', value: 'x' }), path: 'f/examples/none' })],
      /none/,
    ],
    ['a broken expression', [step('b', hello({ type: 'javascript', expr: '1 +' }))], /b/],
  ];
  for (const [what, modules, told] of wrong) {
    test(`${what} is a problem`, async () => {
      const { valid, problems } = await check(modules);
      assert.equal(valid, false);
      assert.ok(
        problems.some((problem: string) => told.test(problem)),
        problems.join(),
      );
    });
  }

  test('a token without the tool is refused', async () => {
    const token = await server.tokenWith(['mcp:endpoints:listJobs']);
    const refused = await modelAt(server, token).call('validateFlow', { value: { modules: [] } });
    assert.equal(refused.structuredContent.error.code, 'insufficient_scope');
  });
});
