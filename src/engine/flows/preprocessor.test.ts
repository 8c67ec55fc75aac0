// What a trigger saw becomes the input of a script or a flow by its preprocessor: through the
// webhooks of Windmill's REST, once, and only for triggers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const content = `
export function preprocessor(event: { kind: string; body: any; query: any; headers: any }) {
  console.log('preprocessing');
  if (event.body === 7) return 7;
  if (event.body === 'broken') throw new Error('no such event');
  return { name: event.kind + ' ' + event.body.who + ' ' + event.query.q + event.headers['x-a'] };
}
export const main = (name: string, n: number = 1) => name + n;`;

const python = `
def preprocessor(event):
    return {"name": event["body"]["who"]}

def main(name: str):
    return "py " + name
`;

describe('preprocessors', () => {
  let server: TestServer;

  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function hook(path: string, body: unknown, query = 'q=2'): Promise<Json> {
    const url = `/api/w/${server.workspace}/jobs/run_wait_result/${path}?${query}`;
    const response = await server.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-a': '!' },
      body: JSON.stringify(body),
    });
    return { status: response.status, result: await response.json() };
  }
  const newestJob = async (path: string): Promise<Json> => {
    const [job] = await op('jobs.list', { scriptPathExact: path, perPage: 1 });
    return op('jobs.get', { id: job.id });
  };

  before(async () => {
    server = await startTestServer();
    await op('scripts.create', { path: 'f/examples/event', language: 'bun', content });
    await op('scripts.create', {
      path: 'f/examples/python',
      language: 'python3',
      content: python,
    });
    const step = {
      id: 'a',
      value: {
        type: 'rawscript',
        language: 'bun',
        content: 'export const main = (name: string) => name + "?"',
        input_transforms: { name: { type: 'javascript', expr: 'flow_input.name' } },
      },
    };
    const first = {
      id: 'preprocessor',
      value: { type: 'rawscript', language: 'bun', content, input_transforms: {} },
    };
    const value = { modules: [step], preprocessor_module: first };
    await op('flows.create', { path: 'f/examples/flow', value });
  });
  after(() => server.stop());

  it('makes the arguments of main, which the job keeps', async () => {
    const { result } = await hook('p/f/examples/event', { who: 'ann' });
    assert.equal(result, 'webhook ann 2!1');
    const job = await newestJob('f/examples/event');
    assert.deepEqual(job['args'], { name: 'webhook ann 2!' });
    const again = await op('jobs.rerun', { id: job['id'] });
    const rerun = await op('jobs.wait', { id: again.id });
    assert.equal(rerun.result, 'webhook ann 2!1');
    const { logs } = await op('jobs.logs', { id: again.id });
    assert.doesNotMatch(logs, /preprocessing/);
    assert.equal((await hook('p/f/examples/python', { who: 'bob' })).result, 'py bob');
  });

  it('is skipped when asked, and for runs that no trigger started', async () => {
    const skipped = await hook('p/f/examples/event', { name: 'x' }, 'skip_preprocessor=true');
    assert.equal(skipped.result, 'x1');
    const plain = await op('jobs.runWait', { path: 'f/examples/event', args: { name: 'y' } });
    assert.equal(plain.result, 'y1');
    const flow = await op('jobs.runFlowWait', { path: 'f/examples/flow', args: { name: 'z' } });
    assert.equal(flow.result, 'z?');
    const job = await op('jobs.get', { id: flow.id });
    assert.equal('preprocessor_module' in job.flowStatus, false);
  });

  it('fails the job with its own error, or for a result that is no object', async () => {
    for (const path of ['p/f/examples/event', 'f/f/examples/flow']) {
      const thrown = await hook(path, 'broken');
      assert.match(JSON.stringify(thrown.result), /no such event/);
      const wrong = await hook(path, 7);
      assert.match(JSON.stringify(wrong.result), /preprocessor must return an object/);
    }
  });

  it('makes the input of a flow in a step of its own', async () => {
    const { result } = await hook('f/f/examples/flow', { who: 'cy' });
    assert.equal(result, 'webhook cy 2!?');
    const job = await newestJob('f/examples/flow');
    assert.deepEqual(job['args'], { name: 'webhook cy 2!' });
    const { preprocessor_module: first, modules } = job['flowStatus'];
    assert.deepEqual([first.type, modules[0].type], ['Success', 'Success']);
    const step = await op('jobs.get', { id: first.job });
    assert.equal(step.args.event.kind, 'webhook');
    assert.equal('authorization' in step.args.event.headers, false);
    const failed = await hook('f/f/examples/flow', 'broken');
    assert.equal(failed.result.error?.step_id, 'preprocessor', JSON.stringify(failed));
  });
});
