// Many jobs at a time: every filter of the lists, counts, ids, selections, batches, and what is
// not kept.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const nobody = '0197a6c2-6f0e-7c1b-9f55-3d1c6f2b8a10';

describe('many jobs', () => {
  let server: TestServer;
  const ids: Record<string, string> = {};

  const op = async (name: string, input: unknown = {}) => {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  };
  const call = async (method: 'GET' | 'POST', path: string, body?: unknown) => {
    const response = await server.fetch(`/api/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('<') ? text : tryJson(text) };
  };
  const tryJson = (text: string): any => {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  };
  const nameOf = (id: string): string =>
    Object.entries(ids).find(([, known]) => known === id)?.[0] ?? id;
  const listed = async (query: string, list = 'list'): Promise<string> => {
    const { status, body } = await call('GET', `w/test/jobs/${list}?${query}`);
    assert.equal(status, 200, `${query}: ${JSON.stringify(body)}`);
    return body
      .map(({ id }: { id: string }) => nameOf(id))
      .toSorted()
      .join(' ');
  };

  before(async () => {
    server = await startTestServer();
    await op('folders.create', { name: 'many' });
    for (const [name, content, more] of [
      ['good', 'export const main = (a: number) => ({ a, wm_labels: ["red"] })', {}],
      ['bad', 'export const main = () => { throw new Error("no") }', {}],
      ['wait', 'export const main = () => 1', { tag: 'nobody' }],
    ] as const) {
      const input = { path: `f/many/${name}`, language: 'bun', content, ...more };
      await op('scripts.create', input);
    }
    for (const [name, path, args] of [
      ['good1', 'good', { a: 1 }],
      ['good2', 'good', { a: 2 }],
      ['bad', 'bad', {}],
    ] as const) {
      ids[name] = (await op('jobs.runWait', { path: `f/many/${path}`, args })).id;
    }
    for (const name of ['gone', 'waits']) {
      ids[name] = (await op('jobs.run', { path: 'f/many/wait' })).id;
    }
    const late = { path: 'f/many/wait', scheduledInSecs: 3600 };
    ids['late'] = (await op('jobs.run', late)).id;
    await op('jobs.cancel', { id: ids['gone'] });
  });
  after(() => server.stop());

  it('are listed by all of Windmill’s filters', async () => {
    const all = 'bad gone good1 good2 late waits';
    const completed = 'bad gone good1 good2';
    const rows: [query: string, seen: string, list?: string][] = [
      ['', all],
      ['script_path_exact=f/many/good', 'good1 good2'],
      ['script_path_exact=f/many/good,f/many/bad', 'bad good1 good2'],
      ['script_path_exact=!f/many/good,!f/many/bad', 'gone late waits'],
      ['script_path_start=f/many/g', 'good1 good2'],
      ['script_path_start=!f/many/g,!f/many/b', 'gone late waits'],
      ['script_path_start=f/many/%25', ''],
      ['created_by=!owner', ''],
      ['job_kinds=script,flow', all],
      ['job_kinds=!script', ''],
      ['tag=nobody', 'gone late waits'],
      ['tag=nob*', ''],
      ['tag=nob*&allow_wildcards=true', 'gone late waits'],
      ['tag=!nob*&allow_wildcards=true', 'bad good1 good2'],
      ['label=red', 'good1 good2'],
      ['label=!red', 'bad gone late waits'],
      ['label=r*d&allow_wildcards=true', 'good1 good2'],
      ['success=true', 'good1 good2', 'completed/list'],
      ['success=false', 'bad gone', 'completed/list'],
      ['status=failure', 'bad'],
      ['status=canceled', 'gone'],
      ['status=skipped', ''],
      ['status=success', 'good1 good2'],
      ['running=false', 'late waits', 'queue/list'],
      ['scheduled_for_before_now=true', 'waits', 'queue/list'],
      ['is_skipped=false', completed, 'completed/list'],
      ['args={"a":1}', 'good1'],
      ['result={"a":2}', 'good2'],
      ['trigger_kind=webhook', ''],
      ['trigger_kind=!webhook', all],
      ['is_not_schedule=true', all],
      ['has_null_parent=true', all],
      ['excludes_entrypoint_override=true', all],
      ['broad_filter=MANY/GOO', 'good1 good2'],
      ['broad_filter=re', 'good1 good2'],
      ['completed_after=2020-01-01T00:00:00Z', completed],
      ['completed_before=2020-01-01T00:00:00Z', ''],
      ['created_before_queue=2020-01-01T00:00:00Z', completed],
      ['concurrency_key=none', ''],
      ['all_workspaces=true', all],
    ];
    for (const [query, seen, list] of rows) {
      assert.equal(await listed(query.replaceAll('"', '%22'), list), seen, query);
    }
    const withArgs = await call('GET', 'w/test/jobs/list?args=%7B%22a%22:1%7D&include_args=true');
    assert.deepEqual(withArgs.body[0].args, { a: 1 });
  });

  it('refuse filters that mean nothing', async () => {
    const rows: [query: string, status: number, words: RegExp][] = [
      ['tag=a,!b', 400, /mixes values/],
      ['status=great', 400, /status/],
      ['trigger_path=f/a/b', 501, /trigger_path/],
    ];
    for (const [query, status, words] of rows) {
      const answer = await call('GET', `w/test/jobs/list?${query}`);
      assert.equal(answer.status, status, query);
      assert.match(JSON.stringify(answer.body), words);
    }
  });

  it('are counted', async () => {
    const rows: [path: string, answer: unknown][] = [
      ['w/test/jobs/queue/count', { database_length: 2, suspended: 0 }],
      ['w/test/jobs/completed/count', { database_length: 4 }],
      ['w/test/jobs/completed/count_jobs', 4],
      ['w/test/jobs/completed/count_jobs?success=true', 2],
      ['w/test/jobs/completed/count_jobs?completed_after_s_ago=3600&tags=nobody', 1],
      [
        'jobs/completed/count_by_tag?horizon_secs=600',
        [
          { tag: 'bun', count: 3 },
          { tag: 'nobody', count: 1 },
        ],
      ],
    ];
    for (const [path, wanted] of rows) {
      const { status, body } = await call('GET', path);
      assert.equal(status, 200, path);
      assert.deepEqual(body, wanted, path);
    }
  });

  it('give their ids, their times, and are canceled as a selection', async () => {
    const queue = await call('GET', 'w/test/jobs/queue/list_filtered_uuids?tag=nobody');
    assert.deepEqual(queue.body.map(nameOf).toSorted(), ['late', 'waits']);
    const everything = await call('GET', 'w/test/jobs/list_filtered_uuids');
    assert.equal(everything.body.length, 6);
    const path = 'w/test/jobs_u/queue/get_started_at_by_ids';
    const started = await call('POST', path, [ids['good1'], ids['waits'], nobody]);
    assert.equal(started.body.length, 1);
    const due = await call('GET', `w/test/jobs/queue/scheduled_for/${ids['late']}`);
    const late = await op('jobs.get', { id: ids['late'] });
    assert.equal(due.body, late.scheduledFor);
    const wanted = [ids['waits'], ids['bad'], nobody];
    const canceled = await call('POST', 'w/test/jobs/queue/cancel_selection', wanted);
    assert.deepEqual(canceled.body, [ids['waits']]);
    const bad = await call('POST', 'w/test/jobs/queue/cancel_selection', ['x']);
    assert.equal(bad.status, 400);
  });

  it('are erased and deleted by admins, and only when they are over', async () => {
    const token = await server.tokenWith(['jobs:read']);
    const refused = await server.op('jobs.deleteMany', { ids: [ids['bad']] }, token);
    assert.equal(refused.status, 403);
    const erased = await call('POST', `w/test/jobs/completed/delete/${ids['good1']}`);
    assert.equal(erased.status, 200);
    const kept = await op('jobs.get', { id: ids['good1'] });
    assert.deepEqual([kept.deleted, kept.args, kept.result, kept.logs], [true, {}, null, '']);
    const gone = await call('POST', 'w/test/jobs/delete', [ids['bad'], ids['late'], nobody]);
    assert.equal(gone.body, 'Deleted 1 jobs');
    assert.equal((await server.op('jobs.get', { id: ids['bad'] })).status, 404);
    assert.equal((await server.op('jobs.get', { id: ids['late'] })).status, 200);
  });

  it('of another workspace lose nothing, neither row nor log', async () => {
    await op('workspaces.create', { id: 'other', name: 'Other' });
    const input = { language: 'bash', content: 'echo theirs' };
    const run = await server.fetch('/api/op/jobs.previewWait?workspace=other', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const { id } = (await run.json()) as { id: string };
    assert.equal((await call('POST', 'w/test/jobs/delete', [id])).body, 'Deleted 0 jobs');
    assert.equal((await call('POST', `w/test/jobs/completed/delete/${id}`)).status, 404);
    const logs = await server.fetch(`/api/w/other/jobs_u/get_logs/${id}`);
    assert.match(await logs.text(), /theirs/);
  });

  it('start as a batch, of every kind', async () => {
    const rows: [body: object, result: unknown][] = [
      [{ kind: 'noop' }, undefined],
      [
        { kind: 'script', path: 'f/many/good', args: { a: 7 } },
        { a: 7, wm_labels: ['red'] },
      ],
      [{ kind: 'rawscript', rawscript: { language: 'bash', content: 'echo 5' } }, 5],
      [
        { kind: 'flow', flow_value: { modules: [{ id: 'a', value: { type: 'identity' } }] } },
        { x: 1 },
      ],
    ];
    for (const [body, result] of rows) {
      const wanted = { args: { x: 1 }, ...body };
      const made = await call('POST', 'w/test/jobs/add_batch_jobs/3', wanted);
      assert.equal(made.status, 200, JSON.stringify(made.body));
      assert.equal(new Set(made.body).size, 3);
      for (const id of made.body) {
        const ended = await op('jobs.wait', { id, waitMs: 30_000 });
        assert.deepEqual(ended.result, result ?? id, JSON.stringify(body));
      }
    }
    const wrong = await call('POST', 'w/test/jobs/add_batch_jobs/3', { kind: 'script' });
    assert.equal(wrong.status, 400);
    const much = await call('POST', 'w/test/jobs/add_batch_jobs/1000000', { kind: 'noop' });
    assert.equal(much.status, 400);
  });

  it('that do nothing end by the hundred', async () => {
    const made = await call('POST', 'w/test/jobs/add_batch_jobs/1200', { kind: 'noop', args: {} });
    const last = made.body.at(-1);
    const ended = await op('jobs.wait', { id: last, waitMs: 30_000 });
    assert.equal(ended.result, last);
    const left = await call('GET', 'w/test/jobs/queue/count?tags=flow');
    assert.equal(left.body.database_length, 0);
  });

  it('answer the result of one step of a flow', async () => {
    const step = { id: 'a', value: { type: 'rawscript', language: 'bash', content: 'echo 9' } };
    const loop = {
      id: 'l',
      value: {
        type: 'forloopflow',
        iterator: { type: 'static', value: [1, 2] },
        modules: [{ ...step, id: 'b' }],
      },
    };
    const flow = await op('jobs.previewFlowWait', { value: { modules: [step, loop] } });
    const read = (id: string) => call('GET', `w/test/jobs/result_by_id/${flow.id}/${id}`);
    assert.equal((await read('a')).body, 9);
    assert.deepEqual((await read('l')).body, [9, 9]);
    assert.equal((await read('zz')).status, 404);
  });
});
