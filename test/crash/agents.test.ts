// An agent killed with -9 while one of its tools runs: after the restart it goes on, the model is
// not asked again what it has answered, and a tool that was over does not run again.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type StandInModel, startModel } from '../kit/model.ts';
import { type ServerProcess, startProcess, temporaryFolder } from '../kit/spawned-server.ts';

const owner = { email: 'owner@example.com', password: 'correct horse battery staple' };

describe('kill -9 in the middle of an agent', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let model: StandInModel;
  let token = '';

  const start = () =>
    startProcess(folder.path, {
      MILLRACE_OWNER_EMAIL: owner.email,
      MILLRACE_OWNER_PASSWORD: owner.password,
      MILLRACE_WORKSPACE: 'test',
      MILLRACE_EGRESS_ALLOW: '127.0.0.1',
    });

  async function op(name: string, input: unknown): Promise<any> {
    const response = await fetch(`${server.origin}/api/op/${name}?workspace=test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    assert.equal(response.status, 200, `${name}: ${text}`);
    return JSON.parse(text);
  }

  before(async () => {
    model = await startModel();
    server = await start();
    token = (await op('session.login', owner)).token;
  });
  after(async () => {
    await server.stop();
    await model.stop();
    folder.remove();
  });

  it('goes on where it was', async () => {
    const value = { api_key: 'k', base_url: model.address };
    await op('resources.create', { path: 'f/ai/model', resourceType: 'openai', value });
    const content = `export async function main(ms: number) {
      console.log('begun');
      await new Promise((done) => setTimeout(done, ms));
      return ms;
    }`;
    await op('scripts.create', { path: 'f/ai/wait', language: 'bun', content });
    const agent = {
      type: 'aiagent',
      input_transforms: {
        provider: {
          type: 'static',
          value: { kind: 'openai', model: 'm', resource: '$res:f/ai/model' },
        },
        user_message: { type: 'static', value: 'Wait.' },
      },
      tools: [{ id: 'w', summary: 'wait', value: { type: 'script', path: 'f/ai/wait' } }],
    };
    model.answer({
      calls: [
        { name: 'wait', args: { ms: 1 } },
        { name: 'wait', args: { ms: 3000 } },
      ],
    });
    const flow = { value: { modules: [{ id: 'a', value: agent }] } };
    const { id } = await op('jobs.previewFlow', flow);

    const childrenOf = (parentJob: string) => op('jobs.list', { parentJob, perPage: 100 });
    /** The agent's steps, once the quick tool is over and the slow one has begun. */
    async function midway(): Promise<{ quick: any; slow: any }> {
      for (;;) {
        const [agentJob] = await childrenOf(id);
        const steps: any[] = agentJob ? await childrenOf(agentJob.id) : [];
        const tools = steps.filter((step) => step.scriptPath === 'f/ai/wait');
        const quick = tools.find((step) => step.success === true);
        const slow = tools.find((step) => step.id !== quick?.id && step.running);
        if (quick && slow) return { quick, slow };
        await op('jobs.update', { id, holdMs: 100 });
      }
    }
    const { quick, slow } = await midway();
    await server.kill9();
    model.answer({ text: 'I have waited.' });
    server = await start();
    const outcome = await op('jobs.wait', { id, waitMs: 60_000 });
    assert.equal(outcome.result.output, 'I have waited.', JSON.stringify(outcome));
    assert.equal(model.calls.length, 2);
    assert.deepEqual(
      model.calls[1]?.body.messages.slice(-2).map(({ content: said }: any) => said),
      ['1', '3000'],
    );
    const { logs } = await op('jobs.logs', { id: quick.id });
    assert.equal(logs.split('begun').length - 1, 1, logs);
    assert.match((await op('jobs.logs', { id: slow.id })).logs, /attempt 2/);
  });
});
