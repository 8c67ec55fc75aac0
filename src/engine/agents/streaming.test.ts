// Agents that stream: what comes while the model speaks, in every dialect, and what is left of it.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { agent, type AgentServer, fixed, provider, startAgents } from '../../../test/kit/agents.ts';

type Json = Record<string, any>;

const shout = {
  id: 'shout',
  summary: 'shout',
  value: {
    type: 'rawscript',
    language: 'bun',
    content: 'export const main = (s: string) => { if (s === "!") throw new Error(s); return s }',
    input_transforms: { s: { type: 'ai' } },
  },
};
const search = { id: 'web', value: { tool_type: 'websearch' } };
const streaming = fixed(true);

const eventsIn = (stream: string): Json[] =>
  stream
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('agents that stream', () => {
  let on: AgentServer;
  before(async () => {
    on = await startAgents(['openai', 'anthropic']);
  });
  after(() => on.stop());
  afterEach(() => void on.model.calls.splice(0));

  it('tells the followers of the flow each piece before the next one comes', async () => {
    const pieces = ['One\n', 'a \\n b', ' "two"'];
    on.model.answer({ text: pieces.join(''), pieces, pauses: true });
    const value = { modules: [agent({ streaming })] };
    const { id } = await on.op('jobs.previewFlow', { value });
    let stream = '';
    let offset = 0;
    let completed = false;
    const seen = new Set<number>();
    while (!completed) {
      const known = { id, running: true, streamOffset: offset, holdMs: 10_000 };
      const update = await on.op('jobs.update', known);
      stream += update.newResultStream;
      offset = update.streamOffset;
      completed = update.completed;
      const { length } = eventsIn(stream);
      // The model says nothing more before the test has seen what it said.
      if (length > 0 && !seen.has(length)) on.model.goOn();
      seen.add(length);
    }
    for (const count of [1, 2, 3]) assert.ok(seen.has(count), `${count} of ${[...seen].join()}`);
    assert.deepEqual(
      eventsIn(stream),
      pieces.map((content) => ({ type: 'token_delta', content })),
    );
    const { result } = await on.op('jobs.wait', { id, waitMs: 10_000 });
    assert.equal(result.output, pieces.join(''));
    assert.equal(result.wm_stream, stream);
  });

  for (const [kind, tools] of [
    ['openai', [shout]],
    ['openai', [shout, search]],
    ['anthropic', [shout]],
  ] as const) {
    it(`tells calls and results of ${kind} with ${tools.length} tools`, async () => {
      on.model.answer(
        {
          calls: [
            { name: 'shout', args: { s: 'hi' } },
            { name: 'shout', args: { s: '!' } },
          ],
        },
        { text: 'Said.', pieces: ['Sa', 'id.'] },
      );
      const outcome = await on.run([agent({ streaming, provider: provider(kind) }, [...tools])]);
      assert.equal(outcome.success, true, JSON.stringify(outcome));
      assert.equal(outcome.result.output, 'Said.');
      const events = eventsIn(outcome.result.wm_stream);
      assert.deepEqual(
        events.map(({ type, content, arguments: args, result, success }) => [
          type,
          content ?? args ?? (success ? result : undefined),
        ]),
        [
          ['tool_call', undefined],
          ['tool_call_arguments', '{"s":"hi"}'],
          ['tool_call', undefined],
          ['tool_call_arguments', '{"s":"!"}'],
          ['tool_result', 'hi'],
          ['tool_result', undefined],
          ['token_delta', 'Sa'],
          ['token_delta', 'id.'],
        ],
      );
      assert.equal(events[4]?.['function_name'], 'shout');
      assert.equal(events[4]?.['call_id'], events[0]?.['call_id']);
      const { logs } = await on.op('jobs.logs', { id: await turnOf(outcome.id) });
      assert.match(logs, /7 tokens in, 3 out/);
    });
  }

  async function turnOf(flow: string): Promise<string> {
    const [step] = await on.op('jobs.list', { parentJob: flow, perPage: 100 });
    const turns = await on.op('jobs.list', { parentJob: step.id, perPage: 100 });
    return turns[0].id;
  }

  it('streams an answer in a shape', async () => {
    on.model.answer({ calls: [{ name: 'structured_output', args: { n: 3 } }] });
    const inputs = { provider: provider('anthropic'), output_schema: fixed({ type: 'object' }) };
    const { result } = await on.run([agent({ ...inputs, streaming })]);
    assert.deepEqual(result.output, { n: 3 });
    const said = eventsIn(result.wm_stream).map(({ content }) => content);
    assert.equal(said.join(''), '{"n":3}');
  });

  it('sends the stream as server-sent events, to who may see the flow', async () => {
    on.model.answer({ text: 'Hello you', pieces: ['Hello', ' you'] });
    const value = { modules: [agent({ streaming })] };
    const { id } = await on.op('jobs.previewFlow', { value });
    const path = `/api/w/test/jobs_u/getupdate_sse/${id}?only_result=true`;
    const headers = { authorization: `Bearer ${on.server.token}` };
    const response = await fetch(`${on.server.origin}${path}`, { headers });
    const events = (await response.text())
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.replace(/^data: /, '')));
    const stream = events.map((event) => event.new_result_stream ?? '').join('');
    assert.deepEqual(
      eventsIn(stream).map(({ content }) => content),
      ['Hello', ' you'],
    );
    assert.equal(events.at(-1).only_result.output, 'Hello you');
    const nobody = await fetch(`${on.server.origin}${path}`);
    assert.equal(nobody.status, 401);
  });

  it('fails when the provider breaks off or says so; takes an answer in one piece', async () => {
    on.model.answer({ text: 'never whole', pieces: ['never', ' whole'], breaksOff: true });
    const broken = await on.run([agent({ streaming })]);
    assert.equal(broken.success, false, broken.id);
    const headers = { 'content-type': 'text/event-stream' };
    const body = 'data: {"error": {"message": "overloaded"}}\n\n';
    on.model.answer({ status: 200, body, headers });
    const refused = await on.run([agent({ streaming })]);
    assert.match(refused.result.error.message, /overloaded/);
    on.model.answer({ status: 200, body: 'data: {"choi\n\n', headers });
    assert.match((await on.run([agent({ streaming })])).result.error.message, /no JSON/);
    on.model.answer({ status: 200, body: 'data: {"choices": []}\n\n', headers });
    assert.match((await on.run([agent({ streaming })])).result.error.message, /broke off/);
    const choices = [{ message: { content: 'whole' } }];
    on.model.answer({ status: 200, body: JSON.stringify({ choices }) });
    assert.equal((await on.run([agent({ streaming })])).result.output, 'whole');
  });
});
