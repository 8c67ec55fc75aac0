// Resources and variables in the expressions of flows: read with the runner's rights, and what
// comes of a secret is nowhere in clear but in the step that is given it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const secret = 'sesame-open-9e1f';
const js = (expr: string): Json => ({ type: 'javascript', expr });
const script = (id: string, name: string, inputs: Json = {}): Json => ({
  id,
  value: { type: 'script', path: `f/examples/${name}`, input_transforms: inputs },
});
const loop = (iterator: string): Json => ({
  id: 'l',
  value: {
    type: 'forloopflow',
    iterator: js(iterator),
    modules: [script('x', 'measure', { a: js('flow_input.iter.value') })],
  },
});

/** Prints what it got and answers how long it is: the secret must not be its result. */
const measure = `export const main = (a: unknown) => {
  const text = typeof a === 'string' ? a : JSON.stringify(a);
  console.log('got ' + text);
  return text.length;
}`;

describe('resources and variables in expressions', () => {
  let server: TestServer;

  async function op(name: string, input: unknown, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const run = (modules: Json[], more: Json = {}) =>
    op('jobs.previewFlowWait', { value: { modules, ...more }, waitMs: 30_000 });

  /** The first step as people see it, with its log. */
  async function firstStep({ id }: Json): Promise<{ args: Json; text: string }> {
    const flow = await op('jobs.get', { id });
    const [job = flow.flowStatus.modules[0].job] = flow.flowStatus.modules[0].flow_jobs ?? [];
    const step = await op('jobs.get', { id: job });
    return { args: step.args, text: JSON.stringify([flow, step]) };
  }

  before(async () => {
    server = await startTestServer();
    await op('scripts.create', { path: 'f/examples/measure', language: 'bun', content: measure });
    const variable = { description: '', isSecret: true, value: secret };
    await op('variables.create', { ...variable, path: 'f/examples/token' });
    await op('variables.create', {
      ...variable,
      path: 'f/examples/where',
      isSecret: false,
      value: 'f/examples/db',
    });
    await op('resources.create', {
      path: 'f/examples/db',
      resourceType: 'object',
      value: { host: 'db.example.com', hosts: ['a', 'b'], password: '$var:f/examples/token' },
    });
  });
  after(() => server.stop());

  it('hands a lone call on as a reference', async () => {
    const outcome = await run([
      script('a', 'measure', { a: js("variable('f/examples/token')") }),
      script('b', 'measure', { a: js('return resource("$res:f/examples/db");') }),
    ]);
    const whole = { host: 'db.example.com', hosts: ['a', 'b'], password: secret };
    assert.equal(outcome.result, JSON.stringify(whole).length, JSON.stringify(outcome));
    const { args, text } = await firstStep(outcome);
    assert.equal(args['a'], '$var:f/examples/token');
    assert.equal(text.includes(secret), false, text);
  });

  it('computes with them, and seals what came of a secret', async () => {
    const expr = `const db = resource(variable('f/examples/where'));
      return db.host + ' ' + db.password`;
    const outcome = await run([script('a', 'measure', { a: js(expr) })]);
    assert.equal(outcome.result, `db.example.com ${secret}`.length, JSON.stringify(outcome));
    const { args, text } = await firstStep(outcome);
    assert.match(args['a'], /^\$encrypted:/);
    assert.equal(text.includes(secret), false, text);
    assert.match(text, /got db\.example\.com ses\*{5}/);
    const plain = await run([
      script('a', 'measure', { a: js("variable('f/examples/where') + 1") }),
    ]);
    assert.equal((await firstStep(plain)).args['a'], 'f/examples/db1');
  });

  it('passes sealed values through sub-flows, where expressions see what they are', async () => {
    const inner = [script('a', 'measure', { a: js("flow_input.db.password + '!'") })];
    await op('flows.create', { path: 'f/examples/inner', value: { modules: inner } });
    const inputs = { db: js("resource('f/examples/db')") };
    const value = { type: 'flow', path: 'f/examples/inner', input_transforms: inputs };
    const outcome = await run([{ id: 's', value }]);
    assert.equal(outcome.result, secret.length + 1, JSON.stringify(outcome));
    const { args, text } = await firstStep(outcome);
    assert.match(args['db'], /^\$encrypted:/);
    assert.equal(text.includes(secret), false, text);
  });

  it('reads them in iterators, conditions and flow_env, but loops over no secret', async () => {
    const outcome = await run([loop("resource('f/examples/db').hosts")]);
    assert.deepEqual(outcome.result, [1, 1], JSON.stringify(outcome));
    const refused = await run([loop("[variable('f/examples/token')]")]);
    assert.match(refused.result.error.message, /an item of the loop would hold .* secret/);
    assert.equal(JSON.stringify(refused).includes(secret), false);
    const skipped = {
      ...script('a', 'measure', { a: js('flow_env.token.length') }),
      skip_if: { expr: "variable('f/examples/token').length < 3" },
    };
    const env = await run([skipped], { flow_env: { token: '$var:f/examples/token', n: 1 } });
    assert.equal(env.result, String(secret.length).length, JSON.stringify(env));
  });

  it('says what is not there, and masks a secret in an error', async () => {
    const missing = await run([script('a', 'measure', { a: js("resource('f/no/body').x") })]);
    assert.match(missing.result.error.message, /nothing that you may read at \$res:f\/no\/body/);
    const thrown = "throw new Error('not ' + variable('f/examples/token'))";
    const told = await run([script('a', 'measure', { a: js(thrown) })]);
    assert.match(told.result.error.message, /not ses\*{5}/);
    assert.equal(JSON.stringify(told).includes(secret), false);
  });

  it('has the rights of the runner, not of the writer', async () => {
    const person = { email: 'bob@example.com', password: 'correct horse battery' };
    await op('users.create', person);
    await op('members.add', { email: person.email, username: 'bob', role: 'developer' });
    const login = await op('session.login', person);
    const token = login.token as string;
    await op('folders.create', { name: 'vault' });
    await op('variables.create', { path: 'f/vault/token', value: secret, isSecret: true });
    await op('scripts.create', { path: 'f/vault/measure', language: 'bun', content: measure });
    const path = 'f/vault/shared';
    const modules = [script('a', 'measure', { a: js("variable('f/vault/token') + ''") })];
    await op('flows.create', { path, value: { modules }, extraPerms: { 'u/bob': false } });
    const flow = { path, waitMs: 30_000 };
    const hidden = await op('jobs.runFlowWait', flow, token);
    assert.match(hidden.result.error.message, /nothing that you may read/);
    assert.equal((await op('jobs.runFlowWait', flow)).result, secret.length);
    const theirs = { id: 'a', value: { type: 'script', path: 'f/vault/measure' } };
    await op('flows.update', { path, value: { modules: [theirs] } });
    const foreign = await op('jobs.runFlowWait', flow, token);
    assert.match(foreign.result.error.message, /script not found at name f\/vault\/measure/);
  });

  it('opens a sealed value for its own person alone', async () => {
    const outcome = await run([
      script('a', 'measure', { a: js("variable('f/examples/token')+1") }),
    ]);
    const { args } = await firstStep(outcome);
    const mine = { path: 'f/examples/measure', args, waitMs: 30_000 };
    assert.equal((await op('jobs.runWait', mine)).result, secret.length + 1);
    const forged = { ...mine, args: { a: `${String(args['a']).slice(0, -8)}AAAAAAA=` } };
    const refused = await op('jobs.runWait', forged);
    assert.match(refused.result.error.message, /does not open in this run/);
  });
});
