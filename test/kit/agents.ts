// A server with providers of models that are a stand-in, and the words that tests of agents share.
import assert from 'node:assert/strict';
import { type StandInModel, startModel } from './model.ts';
import { startTestServer, type TestServer } from './server.ts';

type Json = Record<string, any>;

export const fixed = (value: unknown): Json => ({ type: 'static', value });
/** The key that no answer, log or memory may show. */
export const providerKey = 'sk-very-secret-key-1234';

export const provider = (kind = 'openai', more: Json = {}): Json =>
  fixed({ kind, model: 'm-1', resource: `$res:f/ai/${kind}`, ...more });

/** A step that asks a model. */
export const agent = (inputs: Json, tools: Json[] = []): Json => ({
  id: 'a',
  value: {
    type: 'aiagent',
    input_transforms: { provider: provider(), user_message: fixed('Hello'), ...inputs },
    tools,
  },
});

export interface AgentServer {
  server: TestServer;
  model: StandInModel;
  /** Calls an operation that has to succeed. */
  op(name: string, input: unknown, token?: string): Promise<any>;
  /** Runs a flow of these steps to its end. */
  run(modules: Json[], args?: Json): Promise<any>;
  stop(): Promise<void>;
}

/** Starts both; there is a resource `f/ai/<kind>` for each of `kinds`. */
export async function startAgents(kinds: readonly string[]): Promise<AgentServer> {
  const server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
  const model = await startModel();
  async function op(name: string, input: unknown, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  await op('folders.create', { name: 'ai' });
  await op('variables.create', { path: 'f/ai/key', value: providerKey, isSecret: true });
  for (const kind of kinds) {
    const value = { api_key: '$var:f/ai/key', base_url: model.address };
    await op('resources.create', { path: `f/ai/${kind}`, resourceType: kind, value });
  }
  return {
    server,
    model,
    op,
    run: (modules, args = {}) =>
      op('jobs.previewFlowWait', { value: { modules }, args, waitMs: 60_000 }),
    async stop() {
      await server.stop();
      await model.stop();
    },
  };
}
