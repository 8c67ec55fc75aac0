// Agents in flows: turns of a model, tools that are steps or an MCP server's, structured answers,
// and what a model or a person must not be able to do with them.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type StandInModel, startModel } from '../../../test/kit/model.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const fixed = (value: unknown): Json => ({ type: 'static', value });
const js = (expr: string): Json => ({ type: 'javascript', expr });
const key = 'sk-very-secret-key-1234';

describe('agents', () => {
  let server: TestServer;
  let model: StandInModel;
  let otherToken = '';

  async function op(name: string, input: unknown, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const provider = (kind = 'openai', path = `f/ai/${kind}`): Json =>
    fixed({ kind, model: 'm-1', resource: `$res:${path}` });
  const agent = (inputs: Json, tools: Json[] = []): Json => ({
    id: 'a',
    value: {
      type: 'aiagent',
      input_transforms: { provider: provider(), user_message: fixed('Hello'), ...inputs },
      tools,
    },
  });
  const run = (modules: Json[], args: Json = {}) =>
    op('jobs.previewFlowWait', { value: { modules }, args, waitMs: 60_000 });
  const children = async (id: string) => op('jobs.list', { parentJob: id, perPage: 100 });
  const agentOf = async (flow: string) => (await children(flow))[0].id as string;

  before(async () => {
    model = await startModel();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    await op('folders.create', { name: 'ai' });
    await op('variables.create', { path: 'f/ai/key', value: key, isSecret: true });
    const base_url = model.address;
    for (const [path, resourceType, value] of [
      ['f/ai/openai', 'openai', { api_key: '$var:f/ai/key', base_url, organization_id: 'org' }],
      ['f/ai/anthropic', 'anthropic', { apiKey: '$var:f/ai/key', base_url }],
      ['f/ai/bare', 'openai', { base_url }],
    ] as const) {
      await op('resources.create', { path, resourceType, value });
    }
    const content = `export async function main(a: number, b: number, unit: string = 'm') {
      return a + b + unit;
    }`;
    const path = 'f/ai/add';
    await op('scripts.create', { path, language: 'bun', content, description: 'Adds lengths.' });
    await op('users.create', { email: 'dev@example.com', password: 'correct horse battery dev' });
    await op('members.add', { email: 'dev@example.com', username: 'dev', role: 'developer' });
    const login = { email: 'dev@example.com', password: 'correct horse battery dev' };
    otherToken = (await op('session.login', login)).token;
  });
  after(async () => {
    await server.stop();
    await model.stop();
  });
  afterEach(() => void model.calls.splice(0));

  const add = (inputs: Json = {}): Json => ({
    id: 'add',
    summary: 'add_lengths',
    value: { type: 'script', path: 'f/ai/add', input_transforms: inputs },
  });

  it('calls steps as tools, all of a turn at once, and answers', async () => {
    model.answer(
      {
        calls: [
          { name: 'add_lengths', args: { a: 1, b: 2, unit: 'parsec' } },
          { name: 'shout', args: { text: 'hi' } },
          { name: 'nothing_like_it', args: {} },
        ],
      },
      { text: 'It is 3 km.' },
    );
    const shout = {
      id: 'b',
      summary: 'shout',
      description: 'Says it louder.',
      value: {
        type: 'rawscript',
        language: 'bun',
        content: 'export const main = (text: string) => { throw new Error(text + "!") }',
        input_transforms: { text: { type: 'ai' } },
      },
    };
    const system_prompt = js('`You help ${flow_input.who}.`');
    const unit = js('results.first');
    const first = {
      id: 'first',
      value: { type: 'rawscript', language: 'bun', content: 'export const main = () => "km"' },
    };
    const modules = [first, agent({ system_prompt }, [add({ unit }), shout])];
    const outcome = await run(modules, { who: 'Ann' });
    assert.equal(outcome.success, true, JSON.stringify(outcome));
    assert.equal(outcome.result.output, 'It is 3 km.');

    const [one, two] = model.calls;
    assert.equal(model.calls.length, 2);
    assert.equal(one?.path, '/chat/completions');
    assert.equal(one?.headers.authorization, `Bearer ${key}`);
    assert.equal(one?.headers['openai-organization'], 'org');
    assert.deepEqual(one?.body.messages, [
      { role: 'system', content: 'You help Ann.' },
      { role: 'user', content: 'Hello' },
    ]);
    const tools = one?.body.tools.map((tool: Json) => tool.function);
    assert.deepEqual(
      tools.map((tool: Json) => [tool.name, tool.description]),
      [
        ['add_lengths', 'Adds lengths.'],
        ['shout', 'Says it louder.'],
      ],
    );
    // What the flow's writer has set is not the model's to see or to change.
    assert.deepEqual(Object.keys(tools[0].parameters.properties), ['a', 'b']);
    assert.deepEqual(tools[0].parameters.required, ['a', 'b']);
    const [added, shouted, unknown] = two?.body.messages.slice(3) ?? [];
    assert.deepEqual(added, { role: 'tool', tool_call_id: 'call_1_0', content: '3km' });
    assert.match(shouted.content, /^It failed: .*hi!/);
    assert.match(unknown.content, /There is no tool nothing_like_it/);
    assert.deepEqual(
      outcome.result.messages.map(({ role }: Json) => role),
      ['user', 'assistant', 'tool', 'tool', 'tool', 'assistant'],
    );
  });

  it('makes a job of every turn and tool, and none of them shows the key', async () => {
    model.answer(
      {
        calls: [
          { name: 'add_lengths', args: { a: 1, b: 2 } },
          { name: 'nothing_like_it', args: {} },
        ],
      },
      { text: 'done' },
    );
    const outcome = await run([agent({}, [add()])]);
    const id = await agentOf(outcome.id);
    const steps = await children(id);
    assert.equal(steps.length, 4);
    for (const step of [...steps, { id }]) {
      const [job, { logs }] = await Promise.all([
        op('jobs.get', { id: step.id }),
        op('jobs.logs', { id: step.id }),
      ]);
      assert.doesNotMatch(JSON.stringify([job, logs]), /very-secret/);
    }
    assert.doesNotMatch(server.logLines.join('\n'), /very-secret/);
    const { jobKind, flowStatus } = await op('jobs.get', { id });
    assert.equal(jobKind, 'aiagent');
    assert.deepEqual(
      flowStatus.modules.map((step: Json) => [step.id, step.type]),
      [
        ['turn', 'Success'],
        ['add', 'Success'],
        ['nothing_like_it', 'Failure'],
        ['turn', 'Success'],
      ],
    );
  });

  it('answers in a shape, and is asked again until the answer fits', async () => {
    model.answer({ text: 'forty-two' }, { text: '{"n":"42"}' }, { text: '{"n":42}' });
    const output_schema = fixed({
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
    });
    const outcome = await run([agent({ output_schema, temperature: fixed(0.5) })]);
    assert.deepEqual(outcome.result.output, { n: 42 });
    assert.equal(model.calls[0]?.body.response_format.json_schema.schema.required[0], 'n');
    assert.equal(model.calls[0]?.body.temperature, 0.5);
    assert.match(model.calls[1]?.body.messages.at(-1).content, /JSON alone/);
    assert.match(model.calls[2]?.body.messages.at(-1).content, /data\/n must be number/);
  });

  it('speaks to Anthropic, with turns that alternate and a tool for the shape', async () => {
    model.answer(
      { calls: [{ name: 'add_lengths', args: { a: 1, b: 2 } }] },
      { calls: [{ name: 'structured_output', args: { n: 3 } }] },
    );
    const inputs = {
      provider: provider('anthropic'),
      system_prompt: fixed('Be brief.'),
      output_schema: fixed({ type: 'object' }),
    };
    const outcome = await run([agent(inputs, [add()])]);
    assert.deepEqual(outcome.result.output, { n: 3 }, JSON.stringify(outcome));
    const [one, two] = model.calls;
    assert.equal(one?.path, '/messages');
    assert.equal(one?.headers['x-api-key'], key);
    assert.equal(one?.body.system, 'Be brief.');
    assert.deepEqual(
      one?.body.tools.map(({ name }: Json) => name),
      ['add_lengths', 'structured_output'],
    );
    assert.deepEqual(two?.body.messages.slice(1), [
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'toolu_1_0', name: 'add_lengths', input: { a: 1, b: 2 } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1_0', content: '3m' }],
      },
    ]);
  });

  it('uses the tools of an MCP server, as far as they are included', async () => {
    const { token } = await op('tokens.create', { scopes: ['mcp:all'], workspaceId: 'test' });
    const url = `${server.origin}/api/mcp/w/test/mcp`;
    const path = 'f/ai/mcp';
    await op('resources.create', { path, resourceType: 'mcp', value: { url, token } });
    const tool = 's-f_ai_add';
    const servers = {
      id: 'own',
      value: { tool_type: 'mcp', resource_path: path, include_tools: [tool] },
    };
    const name = `own_${tool}`;
    model.answer({ calls: [{ name, args: { a: 20, b: 22 } }] }, { text: 'done' });
    const outcome = await run([agent({}, [servers])]);
    assert.equal(outcome.result.output, 'done', JSON.stringify(outcome));
    assert.deepEqual(
      model.calls[0]?.body.tools.map((each: Json) => each.function.name),
      [name],
    );
    assert.match(model.calls[1]?.body.messages.at(-1).content, /42m/);
  });

  it('judges no patterns, and hears no server without end', async () => {
    const n = `${'a'.repeat(60)}!`;
    model.answer({ text: JSON.stringify({ n }) });
    const output_schema = fixed({
      type: 'object',
      properties: { n: { type: 'string', pattern: '^(a+)+$' } },
    });
    const outcome = await run([agent({ output_schema })]);
    assert.deepEqual(outcome.result.output, { n });

    const path = 'f/ai/flood';
    const url = `${model.address}/mcp`;
    await op('resources.create', { path, resourceType: 'mcp', value: { url } });
    const headers = { 'content-type': 'application/json' };
    model.answer({ status: 200, body: `{"x":"${'x'.repeat(11_000_000)}"}`, headers });
    const flood = { id: 'flood', value: { tool_type: 'mcp', resource_path: path } };
    const { result } = await run([agent({}, [flood])]);
    assert.match(JSON.stringify(result), /larger than 10000000 bytes/);
  });

  it('refuses what a model says instead of arguments, and references above all', async () => {
    const calls = ['$var:f/ai/key', '$res:f/ai/openai'].map((unit) => {
      return { name: 'add_lengths', args: { a: 1, b: 2, unit } };
    });
    model.answer(
      {
        calls: [...calls, { name: 'add_lengths', args: '[1]' }, { name: 'add_lengths', args: '{' }],
      },
      { text: 'sorry' },
    );
    const outcome = await run([agent({}, [add()])]);
    assert.equal(outcome.result.output, 'sorry');
    const said = model.calls[1]?.body.messages.slice(-4).map(({ content }: Json) => content);
    assert.match(said[0], /refused/);
    assert.match(said[1], /refused/);
    assert.match(said[2], /JSON object/);
    assert.match(said[3], /JSON object/);
    assert.doesNotMatch(JSON.stringify(model.calls[1]?.body), /very-secret/);
  });

  it('ends after max_iterations turns', async () => {
    const call = { calls: [{ name: 'add_lengths', args: { a: 1, b: 2 } }] };
    model.answer(call, call);
    const outcome = await run([agent({ max_iterations: fixed(2) }, [add()])]);
    assert.equal(outcome.success, false);
    assert.match(outcome.result.error.message, /after 2 turns/);
    assert.equal(model.calls.length, 2);
  });

  it('asks again when the provider is busy, and shows its refusals without the key', async () => {
    const headers = { 'retry-after': '0' };
    model.answer({ status: 429, body: 'slow down', headers }, { text: 'here' });
    assert.equal((await run([agent({})])).result.output, 'here');
    model.answer({ status: 401, body: `wrong key ${key}` });
    const { success, result } = await run([agent({})]);
    assert.equal(success, false);
    assert.match(result.error.message, /401: wrong key \*\*\*/);
    model.answer({ status: 200, body: '{"choices": []}' });
    assert.match((await run([agent({})])).result.error.message, /no choices/);
    model.answer({ status: 200, body: '<html>' });
    assert.match((await run([agent({})])).result.error.message, /not answer with JSON/);
  });

  const refusedInputs: [string, Json, RegExp][] = [
    [
      'a key in the flow',
      { provider: fixed({ kind: 'openai', model: 'm', resource: {} }) },
      /\$res:/,
    ],
    ['an unknown kind', { provider: provider('aws_bedrock', 'f/ai/openai') }, /provider\.kind/],
    ['a resource without a key', { provider: provider('openai', 'f/ai/bare') }, /no API key/],
    ['a resource that is not there', { provider: provider('openai', 'f/ai/none') }, /nothing/],
    ['a film', { output_type: fixed('film') }, /output_type/],
    ['a memory of no kind', { memory: fixed({ kind: 'total' }) }, /memory/],
    ['attachments', { user_attachments: fixed([{}]) }, /user_attachments/],
    ['no message', { user_message: fixed('') }, /user_message/],
  ];
  for (const [what, inputs, message] of refusedInputs) {
    it(`refuses ${what}, and asks nobody`, async () => {
      const outcome = await run([agent(inputs)]);
      assert.equal(outcome.success, false, JSON.stringify(outcome));
      assert.match(outcome.result.error.message, message);
      assert.deepEqual(model.calls, []);
    });
  }

  it('refuses a provider that no admin has configured', async () => {
    const path = 'u/dev/openai';
    const value = { api_key: 'k', base_url: model.address };
    await op('resources.create', { path, resourceType: 'openai', value }, otherToken);
    const outcome = await run([agent({ provider: provider('openai', path) })]);
    assert.match(outcome.result.error.message, /An admin has to configure/);
    assert.deepEqual(model.calls, []);
  });

  it('hangs up on the model when the flow is canceled', async () => {
    model.answer('hang');
    const asked = model.asked();
    const { id } = await op('jobs.previewFlow', { value: { modules: [agent({})] } });
    await asked;
    const hungUp = model.hungUp();
    await op('jobs.cancel', { id, reason: 'enough' });
    await hungUp;
    const outcome = await op('jobs.wait', { id, waitMs: 30_000 });
    assert.equal(outcome.success, false);
    assert.match(outcome.result.error.message, /enough/);
    const turn = (await children(await agentOf(id)))[0];
    assert.equal((await op('jobs.get', { id: turn.id })).canceled, true);
  });

  it('refuses tools that no provider takes when the flow is written', async () => {
    const tools = [{ ...add(), summary: 'add lengths' }];
    const { status, body } = await server.op('flows.create', {
      path: 'f/ai/wrong',
      value: { modules: [agent({}, tools)] },
    });
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(body.error.message, /module add/);
  });
});
