// Steps that wait for people, through the REST of a whole server: links and what they refuse,
// what the next step reads, timeouts, who may answer, and what a restart does to all that.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const js = (expr: string): Json => ({ type: 'javascript', expr });
const fixed = (value: unknown): Json => ({ type: 'static', value });
const echo = 'export const main = (a: any, b: any = null, c: any = null) => ({ a, b, c })';
const step = (id: string, inputs: Json = {}, more: Json = {}): Json => ({
  id,
  value: { type: 'rawscript', language: 'bun', content: echo, input_transforms: inputs },
  ...more,
});

describe('approvals', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const send = async (path: string, init: RequestInit & { token?: string | null } = {}) => {
    const at = path.startsWith('http') ? path : `/api/w/test/${path}`;
    const response = await server.fetch(at, init);
    return { status: response.status, text: await response.text() };
  };
  const post = (path: string, body: unknown, token?: string | null) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(token === undefined ? {} : { token }),
    });

  /** Starts a flow and waits until it waits; answers its id and the waiting step's job. */
  async function waitingFlow(
    modules: Json[],
    more: Json = {},
  ): Promise<{ id: string; job: string }> {
    const { id } = await op('jobs.previewFlow', { value: { modules, ...more } });
    for (;;) {
      const { flowStatus, suspend, type } = await op('jobs.get', { id });
      assert.equal(type, 'QueuedJob');
      if (suspend > 0) return { id, job: flowStatus.modules[flowStatus.step].job };
      await op('jobs.update', { id, running: true, holdMs: 5000 });
    }
  }
  const asks = (suspend: Json = {}) => [
    step('a', { a: fixed(1) }, { suspend: { required_events: 1, ...suspend } }),
    step('b', { a: js('resume'), b: js('resumes'), c: js('approvers') }),
  ];
  const urlsOf = async (job: string, resumeId: number, query = '') =>
    JSON.parse((await send(`jobs/resume_urls/${job}/${resumeId}${query}`)).text);

  it('waits for an answer by link, and hands its payload to the next step', async () => {
    const { id, job } = await waitingFlow(asks());
    const { resume } = await urlsOf(job, 7, '?approver=ann');
    const answer = await post(resume, { fine: true }, null);
    assert.equal(answer.status, 201, answer.text);
    const outcome = await op('jobs.wait', { id });
    assert.deepEqual(outcome.result, { a: { fine: true }, b: [{ fine: true }], c: ['ann'] });
    const { flowStatus } = await op('jobs.get', { id });
    assert.deepEqual(flowStatus.modules[0].approvers, [{ resume_id: 7, approver: 'ann' }]);
    assert.equal(flowStatus.modules[0].type, 'Success');
    assert.ok(!('count' in flowStatus.modules[0]));
  });
});
