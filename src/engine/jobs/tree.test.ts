// A flow run read whole, jobs of a path canceled at once, and failures that were looked after: by
// whom it may be done, and what strangers see.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const say = (id: string, code: string) => ({
  id,
  value: {
    type: 'rawscript',
    language: 'bun',
    content: `export const main = (x: unknown) => { console.log('from ${id}', x); ${code} }`,
    input_transforms: { x: { type: 'javascript', expr: 'flow_input.iter?.value ?? 0' } },
  },
});

const value = {
  modules: [
    say('a', 'return "A".repeat(50)'),
    {
      id: 'loop',
      value: {
        type: 'forloopflow',
        iterator: { type: 'static', value: [10, 20] },
        skip_failures: false,
        modules: [say('b', 'return x'), say('d', 'return x')],
      },
    },
    say('c', 'throw new Error("c fails")'),
  ],
};

describe('a flow run read whole', () => {
  let server: TestServer;
  let run: string;
  const people: Record<string, string> = {};

  const op = async (name: string, input: unknown = {}) => {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  };
  const rest = (path: string, token?: string, body?: unknown) =>
    server.fetch(`/api/w/test/${path}`, {
      ...(token === undefined ? {} : { token }),
      ...(body === undefined
        ? {}
        : {
            method: 'POST',
            body: JSON.stringify(body),
            headers: { 'content-type': 'application/json' },
          }),
    });

  before(async () => {
    server = await startTestServer();
    await op('folders.create', { name: 'tree' });
    await op('flows.create', { path: 'f/tree/flow', summary: '', value });
    run = (await op('jobs.runFlowWait', { path: 'f/tree/flow' })).id;
    for (const [username, role] of [
      ['ann', 'admin'],
      ['dev', 'developer'],
      ['opal', 'operator'],
    ] as const) {
      const email = `${username}@example.com`;
      const password = 'a password of its own';
      await op('users.create', { email, password });
      await op('members.add', { email, username, role });
      people[username] = (await op('session.login', { email, password })).token;
    }
  });
  after(() => server.stop());

  it('shows the logs in the order of the flow', async () => {
    const answer = await rest(`jobs_u/get_flow_all_logs/${run}`);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    const text = await answer.text();
    const heads = [...text.matchAll(/^=== (.*) \(/gm)].map(([, label]) => label);
    const below = ['loop[0]/b', 'loop[0]/d', 'loop[1]', 'loop[1]/b', 'loop[1]/d', 'c'];
    assert.deepEqual(heads, ['f/tree/flow', 'a', 'loop[0]', ...below]);
    assert.ok(text.indexOf('from b 10') < text.indexOf('from b 20'));
    assert.match(text, /from c 0/);
    const list: any = await (await rest(`jobs_u/get_flow_all_logs_structured/${run}`)).json();
    assert.equal(list.length, 9);
    const { logs, job_id, ...second } = list[6];
    assert.match(logs, /from b 20/);
    assert.match(job_id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(second, {
      label: 'loop[1]/b',
      kind: list[6].kind,
      flow_step_id: 'b',
      step_path: 'loop[1]/b',
      depth: 2,
      parent_module_type: null,
      sibling_index: 0,
      sibling_count: 1,
    });
    assert.equal(list[5].sibling_index, 1);
    assert.equal(list[0].step_path, null);
  });

  it('shows how each step ended, with the beginning of its result', async () => {
    const all: any = await (
      await rest(`jobs_u/get_flow_all_results/${run}?max_result_len=10`)
    ).json();
    assert.equal(all.truncated, false);
    assert.equal(all.scope_filtered, false);
    const [flow, a] = all.entries;
    assert.equal(flow.status, 'failure');
    assert.equal(a.status, 'success');
    assert.equal(a.result_prefix, '"AAAAAAAAA');
    assert.equal(a.result_length, 52);
    assert.equal(typeof a.duration_ms, 'number');
    const one: any = await (await rest(`jobs_u/get_flow_all_results/${run}?step=b`)).json();
    assert.deepEqual(
      one.entries.map((entry: any) => entry.result_prefix),
      ['10', '20'],
    );
    const wide = await rest(`jobs_u/get_flow_all_results/${run}?max_result_len=1000000000`);
    assert.equal(wide.status, 400);
  });

  it('is for those who may see the flow’s run', async () => {
    const may: Record<string, number> = { ann: 200, dev: 404, opal: 404 };
    for (const [who, status] of Object.entries(may)) {
      for (const name of [
        'get_flow_all_logs',
        'get_flow_all_logs_structured',
        'get_flow_all_results',
      ]) {
        const answer = await rest(`jobs_u/${name}/${run}`, people[who]);
        assert.equal(answer.status, status, `${who}: ${name}`);
        if (status === 404) assert.doesNotMatch(await answer.text(), /from a|f\/tree/);
      }
    }
    assert.equal(
      (await server.fetch(`/api/w/test/jobs_u/get_flow_all_logs/${run}`, { token: null })).status,
      401,
    );
  });

  it('that failed is looked after, and noted so', async () => {
    const job_ids = [run, '0197a6c2-6f0e-7c1b-9f55-3d1c6f2b8a10'];
    const stranger = await rest('jobs/completed/resolve', people['dev'], { job_ids });
    assert.deepEqual([stranger.status, await stranger.json()], [200, []]);
    const odd = await rest('jobs/completed/resolve', undefined, { job_ids, superseded_by: run });
    assert.equal(odd.status, 501);
    const done = await rest('jobs/completed/resolve', people['ann'], { job_ids, note: 'rerun' });
    assert.deepEqual(await done.json(), [run]);
    const job: any = await (await rest(`jobs_u/get/${run}`)).json();
    assert.equal(job.resolved, true);
    assert.equal(job.resolved_by, 'ann');
    assert.equal(job.resolution_note, 'rerun');
    assert.equal(typeof job.resolved_at, 'string');
    const ids = async (query: string) =>
      ((await (await rest(`jobs/completed/list?${query}&is_flow_step=false`)).json()) as any[]).map(
        ({ id }) => id,
      );
    assert.deepEqual(await ids('resolved=true'), [run]);
    assert.deepEqual(await ids('resolved=false&success=false'), []);
    const again = await rest('jobs/completed/unresolve', undefined, { job_ids });
    assert.deepEqual(await again.json(), [run]);
    const back: any = await (await rest(`jobs_u/get/${run}`)).json();
    assert.ok(!('resolved' in back) && !('resolution_note' in back));
  });

  it('that waits is canceled with all others of its path', async () => {
    const content = 'export const main = () => 1';
    const input = { path: 'f/tree/waits', language: 'bun', content, tag: 'nobody' };
    await op('scripts.create', input);
    for (let count = 0; count < 3; count += 1) await op('jobs.run', { path: input.path });
    const path = `jobs_u/queue/cancel_persistent/${input.path}`;
    const stranger = await rest(path, people['dev'], {});
    assert.deepEqual([stranger.status, await stranger.text()], [200, 'Canceled 0 jobs']);
    const gone = await rest(path, undefined, { reason: 'enough' });
    assert.equal(await gone.text(), 'Canceled 3 jobs');
    assert.equal((await op('jobs.listQueue', { scriptPathExact: input.path })).length, 0);
    const [last] = await op('jobs.listCompleted', { scriptPathExact: input.path });
    assert.equal(last.canceledReason, 'enough');
  });

  it('has a newest version, and approvals that can be signed', async () => {
    const newest: any = await (await rest('flows/get_latest_version/f/tree/flow')).json();
    assert.equal(typeof newest.id, 'number');
    const signature = await (await rest(`jobs/job_signature/${run}/7`)).text();
    const urls: any = await (await rest(`jobs/resume_urls/${run}/7`)).json();
    assert.match(signature, /^[0-9a-f]{64}$/);
    assert.ok(urls.resume.endsWith(`/7/${signature}`));
    assert.equal((await rest(`jobs/job_signature/${run}/7`, people['dev'])).status, 404);
  });
});
