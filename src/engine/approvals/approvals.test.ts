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
    let job: string | undefined;
    while (job === undefined) job = (await op('jobs.get', { id })).flowStatus.modules[0].job;
    // The end of the step and the beginning of the wait are one commit.
    await op('jobs.wait', { id: job });
    const { suspend, running, worker } = await op('jobs.get', { id });
    assert.ok(suspend > 0 && running && worker === null, 'it waits, and holds no worker');
    return { id, job };
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

  it('takes each link once, as it was made, and says why when it does not', async () => {
    const { id, job } = await waitingFlow([
      step('a', {}, { suspend: { required_events: 2 } }),
      step('b', { a: js('resumes.length'), b: js('approvers') }),
    ]);
    const first = await urlsOf(job, 1, '?approver=ann');
    const [path, query] = first.resume.split('?');
    const rows: [says: string, url: string, status: number, words: RegExp][] = [
      [
        'another signature',
        `${path.slice(0, -1)}${path.endsWith('0') ? 1 : 0}?${query}`,
        403,
        /not right/,
      ],
      ['cut off', `${path.slice(0, -9)}?${query}`, 403, /not right/],
      ['another name', `${path}?approver=bob`, 403, /not right/],
      ['no name', path, 403, /not right/],
      ['another id', first.resume.replace(`${job}/1/`, `${job}/2/`), 403, /not right/],
      ['the flow in its place', first.resume.replace(job, id), 403, /not right/],
      ['another workspace', first.resume.replace('/w/test/', '/w/other/'), 403, /not right/],
      [
        'an id beyond all',
        first.resume.replace(`${job}/1/`, `${job}/8589934592/`),
        400,
        /resumeId/,
      ],
      ['no id', first.resume.replace(job, 'nothing'), 400, /job/],
    ];
    for (const [says, url, status, words] of rows) {
      for (const method of ['GET', 'POST']) {
        const answer = await send(url, { method, token: null });
        assert.equal(answer.status, status, `${says}: ${answer.text}`);
        assert.match(answer.text, words, says);
        assert.ok(!answer.text.includes(path.split('/').at(-1)), `${says}: shows a signature`);
      }
    }
    assert.equal((await op('jobs.get', { id })).suspend, 2, 'none of these counted');
    assert.equal((await send(first.resume, { token: null })).status, 201);
    const again = await send(first.resume, { token: null });
    assert.deepEqual([again.status, /answered already/.test(again.text)], [409, true], again.text);
    const denied = await send(first.cancel, { token: null });
    assert.equal(denied.status, 409, 'the same id, the other way');
    assert.equal((await op('jobs.get', { id })).suspend, 1);
    const second = await urlsOf(job, 2, '?approver=bob');
    const payload = Buffer.from('{"x":1}').toString('base64');
    assert.equal((await send(`${second.resume}&payload=${payload}`, { token: null })).status, 201);
    const outcome = await op('jobs.wait', { id });
    assert.deepEqual(outcome.result, { a: 2, b: ['ann', 'bob'], c: null });
    const late = await send((await urlsOf(job, 3)).resume, { token: null });
    assert.deepEqual([late.status, /over/.test(late.text)], [410, true], late.text);
    const wrongToken = await send((await urlsOf(job, 4)).resume, { token: 'mr_nobody' });
    assert.equal(wrongToken.status, 401);
  });

  it('a loop over nothing asks too, without a job to ask about', async () => {
    const value = {
      type: 'forloopflow',
      iterator: { type: 'static', value: [] },
      modules: [step('inner', {})],
      skip_failures: false,
    };
    const modules = [
      { id: 'a', value, suspend: { required_events: 1 } },
      step('b', { a: js('resume'), b: js('approvers') }),
    ];
    const { id } = await op('jobs.previewFlow', { value: { modules } });
    let asked;
    while (asked?.suspend !== 1) asked = await op('jobs.get', { id });
    assert.equal((await op('approvals.get', { id })).stepId, 'a');
    await op('approvals.resume', { id, approved: true, payload: { n: 1 } });
    const outcome = await op('jobs.wait', { id });
    assert.deepEqual([outcome.success, outcome.result.a], [true, { n: 1 }]);
  });

  it('two answers at the same moment with one link: one counts', async () => {
    const { id, job } = await waitingFlow([
      step('a', {}, { suspend: { required_events: 2 } }),
      step('b', { a: js('resumes.length') }),
    ]);
    const [one, two] = [await urlsOf(job, 1), await urlsOf(job, 2)];
    const links = [one.resume, one.resume, one.cancel, one.resume];
    const answers = await Promise.all(links.map((link) => send(link, { token: null })));
    assert.deepEqual(
      answers.map((answer) => answer.status).toSorted((a, b) => a - b),
      [201, 409, 409, 409],
    );
    await send(two.resume, { token: null });
    const outcome = await op('jobs.wait', { id });
    const denied = answers[2]?.status === 201;
    assert.equal(outcome.success, !denied);
  });

  it('takes what fits the form, on every way in', async () => {
    const schema = {
      type: 'object',
      required: ['why'],
      properties: {
        why: { type: 'string', enum: null },
        size: { enum: ['S', 'M'] },
        more: { type: 'object', properties: { n: { type: 'integer' } } },
      },
      additionalProperties: false,
    };
    const { id, job } = await waitingFlow(asks({ resume_form: { schema } }));
    const { resume } = await urlsOf(job, 1);
    const tool = (payload: unknown) =>
      server.fetch('/api/mcp/w/test/mcp', {
        method: 'POST',
        token: mcpToken,
        headers: {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'resumeFlow', arguments: { id, payload } },
        }),
      });
    const mcpToken = await server.tokenWith(['mcp:all']);
    const rows: [payload: unknown, words: RegExp][] = [
      [null, /why: this is needed/],
      [{ why: 1 }, /why: must be string/],
      [{ why: 'x', size: 'XL' }, /size: choose one of \\?"S\\?", \\?"M/],
      [{ why: 'x', more: { n: 1.5 } }, /more\.n: must be integer/],
      [{ why: 'x', other: 1 }, /other: the form has no such field/],
      ['text', /the payload: must be object/],
    ];
    for (const [payload, words] of rows) {
      const query = Buffer.from(JSON.stringify(payload)).toString('base64url');
      const answers = [
        await post(resume, payload, null),
        await send(payload === null ? resume : `${resume}?payload=${query}`, { token: null }),
        await post(`jobs_u/flow/resume_suspended/${id}`, { payload }),
        await post(`jobs/flow/resume/${id}`, payload),
      ];
      for (const { status, text } of answers) {
        assert.deepEqual([status, words.test(text)], [400, true], `${status} ${text}`);
      }
      const { status, body } = await server.op('approvals.resume', { id, payload });
      assert.deepEqual([status, words.test(body.error.message)], [400, true]);
      const told = await (await tool(payload)).text();
      assert.match(told, words);
    }
    assert.equal((await op('jobs.get', { id })).suspend, 1, 'nothing of this was stored');
    assert.equal((await post(resume, { why: 'x', size: 'M' }, null)).status, 201);
    const outcome = await op('jobs.wait', { id });
    assert.deepEqual(outcome.result.a, { why: 'x', size: 'M' });

    const open = await waitingFlow(asks({ resume_form: { schema: { properties: {} } } }));
    assert.equal((await send((await urlsOf(open.job, 1)).resume, { token: null })).status, 201);
    assert.deepEqual((await op('jobs.wait', { id: open.id })).result.a, {});
    const denied = await waitingFlow(asks({ resume_form: { schema } }));
    assert.equal((await post((await urlsOf(denied.job, 1)).cancel, { n: 1 }, null)).status, 201);
    assert.equal((await op('jobs.wait', { id: denied.id })).success, false);

    const bad = asks({ resume_form: { schema: { properties: { a: { $ref: '#/nowhere' } } } } });
    const refused = await server.op('jobs.previewFlow', { value: { modules: bad } });
    assert.match(refused.body.error.message, /module a, suspend\.resume_form\.schema: .*nowhere/);
  });

  it('ends, or goes on, when somebody denies', async () => {
    const stops = await waitingFlow(asks());
    const { cancel } = await urlsOf(stops.job, 1, '?approver=ann');
    assert.equal((await send(cancel, { token: null })).status, 201);
    const failed = await op('jobs.wait', { id: stops.id });
    assert.equal(failed.success, false);
    assert.deepEqual(failed.result.error, {
      name: 'SuspendedDisapproved',
      message: 'Disapproved by ann',
      step_id: 'a',
    });
    const goes = await waitingFlow(asks({ continue_on_disapprove_timeout: true }));
    await send((await urlsOf(goes.job, 1, '?approver=ann')).cancel, { token: null });
    const went = await op('jobs.wait', { id: goes.id });
    assert.deepEqual([went.success, went.result.a.error.message], [true, 'Disapproved by ann']);
    const failure = step('failure', { a: js('error.name'), b: js('error.step_id') });
    const told = await waitingFlow(asks(), { failure_module: failure });
    await send((await urlsOf(told.job, 1)).cancel, { token: null });
    const outcome = await op('jobs.wait', { id: told.id });
    assert.deepEqual(outcome.result, { a: 'SuspendedDisapproved', b: 'a', c: null });
  });

  it('ends, or goes on, when nobody answers in time', async () => {
    const modules = asks({ timeout: 0.05 });
    const { id } = await op('jobs.previewFlow', { value: { modules } });
    const late = await op('jobs.wait', { id });
    assert.equal(late.result.error.name, 'SuspendedTimedOut', JSON.stringify(late));
    const { flowStatus } = await op('jobs.get', { id });
    assert.equal(flowStatus.modules[0].type, 'Failure');
    const urls = await urlsOf(flowStatus.modules[0].job, 1);
    const answer = await send(urls.resume, { token: null });
    assert.deepEqual([answer.status, /in time/.test(answer.text)], [410, true], answer.text);
    const goes = asks({ timeout: 0, continue_on_disapprove_timeout: true });
    const run = await op('jobs.previewFlowWait', { value: { modules: goes }, waitMs: 30_000 });
    assert.equal(run.result.a.error.name, 'SuspendedTimedOut', JSON.stringify(run));
  });

  it('takes an answer that comes while the step still runs', async () => {
    const content = `export const main = async (next: string) => {
      const url = process.env.WM_BASE_URL + '/api/w/test/jobs/resume_urls/' + process.env.WM_JOB_ID;
      const headers = { authorization: 'Bearer ' + process.env.WM_TOKEN };
      const urls = await (await fetch(url + '/5?approver=early', { headers })).json();
      return (await fetch(urls.resume)).status;
    }`;
    const value = { type: 'rawscript', language: 'bun', content };
    const modules = [
      { id: 'a', value, suspend: { required_events: 1 } },
      step('b', { a: js('approvers'), b: js('results.a') }),
    ];
    const outcome = await op('jobs.previewFlowWait', { value: { modules }, waitMs: 30_000 });
    assert.deepEqual(outcome.result, { a: ['early'], b: 201, c: null }, JSON.stringify(outcome));
  });

  it('waits inside loops, and one link is good for the whole flow', async () => {
    const value = {
      type: 'forloopflow',
      iterator: js('[1, 2]'),
      modules: asks(),
    };
    const { id } = await op('jobs.previewFlow', { value: { modules: [{ id: 'l', value }] } });
    for (const nth of [1, 2]) {
      let inner: string | undefined;
      while (inner === undefined) {
        inner = (await op('jobs.get', { id })).flowStatus.modules[0].flow_jobs?.[nth - 1];
      }
      let job: string | undefined;
      while (job === undefined) {
        job = (await op('jobs.get', { id: inner })).flowStatus.modules[0].job;
      }
      await op('jobs.wait', { id: job });
      const [waits] = await op('jobs.listQueue', { suspended: true, parentJob: id });
      assert.equal(waits.id, inner);
      const urls = await urlsOf(job, nth, '?flow_level=true');
      assert.match(urls.resume, new RegExp(`/resume/${id}/${nth}/`));
      assert.equal((await post(urls.resume, nth, null)).status, 201);
      await op('jobs.wait', { id: inner });
    }
    const outcome = await op('jobs.wait', { id });
    assert.deepEqual(
      outcome.result.map(({ a }: Json) => a),
      [1, 2],
    );
  });

  it('a canceled flow ends although nobody answered, and takes no answer', async () => {
    for (const force of [false, true]) {
      const { id, job } = await waitingFlow(asks());
      const { resume } = await urlsOf(job, 1);
      await op('jobs.cancel', { id, reason: 'enough', force });
      const outcome = await op('jobs.wait', { id });
      assert.match(outcome.result.error.message, /enough/, `force: ${force}`);
      const answer = await send(resume, { token: null });
      assert.deepEqual([answer.status, /canceled/.test(answer.text)], [410, true], answer.text);
    }
  });
});
