// Fixed inputs that the called code cannot take are refused when the flow is written; and the
// published schema of flows, which comes from what they are checked by.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const fixed = (value: unknown): Json => ({ type: 'static', value });
const content = `export const main = (
  name: string, n: number, kind: 'a' | 'b', list: string[], more: { x: number }, any?: any,
) => name`;

describe('fixed inputs of steps', () => {
  let server: TestServer;

  const step = (inputs: Json, more: Json = {}): Json => ({
    id: 'a',
    value: { type: 'script', path: 'f/examples/typed', input_transforms: inputs, ...more },
  });
  const write = (module: Json, path: string) =>
    server.op('flows.create', { path: `f/examples/${path}`, value: { modules: [module] } });

  before(async () => {
    server = await startTestServer();
    const said = { path: 'f/examples/typed', language: 'bun', content };
    assert.equal((await server.op('scripts.create', said)).status, 200);
  });
  after(() => server.stop());

  it('are refused when the code takes something else, with what it takes', async () => {
    const rows: [inputs: Json, says: RegExp][] = [
      [{ name: fixed(7) }, /module a, input name: 7 is not a text, which the code takes/],
      [{ n: fixed('7') }, /module a, input n: "7" is not a number/],
      [{ kind: fixed('c') }, /module a, input kind: "c" is not one of "a", "b"/],
      [{ list: fixed({ 0: 'x' }) }, /module a, input list: \{"0":"x"\} is not a list/],
      [{ more: fixed([]) }, /module a, input more: \[\] is not an object/],
    ];
    const raw = { type: 'rawscript', language: 'bun', content };
    for (const [inputs, says] of rows) {
      for (const module of [step(inputs), step(inputs, raw)]) {
        const { status, body } = await write(module, 'bad');
        assert.equal(status, 400, JSON.stringify(body));
        assert.match(body.error.message, says);
      }
    }
  });

  it('are taken when they fit, or when nobody can tell', async () => {
    const inputs = {
      name: fixed('x'),
      n: fixed(1.5),
      kind: fixed('b'),
      list: fixed([]),
      more: fixed('$res:f/examples/any'),
      any: fixed(true),
      nobody: fixed('an input that the code does not have'),
    };
    const { status, body } = await write(step(inputs), 'good');
    assert.equal(status, 200, JSON.stringify(body));
    const computed = { n: { type: 'javascript', expr: "'seven'" }, name: fixed(null) };
    assert.equal((await write(step(computed), 'computed')).status, 200);
  });

  it('are described, like all of a flow, by a schema that anybody may read', async () => {
    const response = await server.fetch('/api/openflow.schema.json', { token: null });
    assert.equal(response.status, 200);
    const schema = (await response.json()) as Json;
    const { FlowModule, FlowModuleValue } = schema['$defs'];
    assert.deepEqual(FlowModule.required, ['id', 'value']);
    const types = FlowModuleValue.oneOf.map((one: Json) => one['properties'].type.const);
    assert.deepEqual(types.toSorted(), [
      'aiagent',
      'branchall',
      'branchone',
      'flow',
      'forloopflow',
      'identity',
      'rawscript',
      'script',
      'whileloopflow',
    ]);
    for (const name of ['retry', 'suspend', 'sleep', 'skip_if', 'stop_after_if', 'cache_ttl']) {
      assert.equal(typeof FlowModule.properties[name].description, 'string', name);
    }
  });
});
