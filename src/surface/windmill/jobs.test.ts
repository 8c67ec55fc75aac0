// Windmill's REST of runs and jobs on a whole server: payload rules, results in every shape,
// updates, streams, cancelling, lists.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const echo = `
export const main = (body: unknown, a: unknown, raw_string: unknown, x_sign: unknown, q: unknown) =>
  ({ body, a, raw_string, x_sign, q })`;
const shape = 'export const main = (answer: any) => answer';
const fail = 'export const main = () => { console.log("before"); throw new TypeError("no good") }';
const slow = `export const main = async () => {
  console.log('begun');
  await new Promise(() => setInterval(() => {}, 1000));
}`;

describe('Windmill’s REST of jobs', () => {
  let server: TestServer;
  const w = (path: string) => `/api/w/${server.workspace}/${path}`;

  interface Sent {
    body?: string;
    type?: string;
    method?: string;
    token?: string | null;
    headers?: Record<string, string>;
  }

  async function send(path: string, sent: Sent = {}) {
    const { body, type = 'application/json', method = 'POST', token, headers = {} } = sent;
    const response = await server.fetch(w(path), {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
      ...(body === undefined ? {} : { body }),
      ...(token === undefined ? {} : { token }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  }

  const json = (value: unknown): Sent => ({ body: JSON.stringify(value) });
  const read = async (path: string) => {
    const answer = await send(path, { method: 'GET' });
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    return JSON.parse(answer.text);
  };
  const wait = 'jobs/run_wait_result/p/f/examples';

  before(async () => {
    server = await startTestServer();
    for (const [name, content] of Object.entries({ echo, shape, fail, slow })) {
      const script = { path: `f/examples/${name}`, content, language: 'bun' };
      const made = await send('scripts/create', json(script));
      assert.equal(made.status, 201, made.text);
    }
  });
  after(() => server.stop());

  it('turns bodies into arguments by the payload rules', async () => {
    const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
    const rows: [says: string, query: string, sent: Sent, args: Record<string, unknown>][] = [
      ['an object', '', json({ a: 1 }), { a: 1 }],
      ['nothing', '', {}, {}],
      ['a list', '', json([1, 2]), { body: [1, 2] }],
      ['a text', '', json('x'), { body: 'x' }],
      ['null', '', json(null), { body: null }],
      ['wrapped', '?wrap_body=true', json({ a: 1 }), { body: { a: 1 } }],
      ['raw', '?raw=true', json({ a: 1 }), { a: 1, raw_string: '{"a":1}' }],
      ['a form', '', { body: 'a=1&a=2', type: 'application/x-www-form-urlencoded' }, { a: '2' }],
      ['plain text', '', { body: 'hi', type: 'text/plain' }, { body: 'hi' }],
      [
        'a header',
        '?include_header=X-Sign,foo',
        { ...json({ a: 1 }), headers: { 'x-sign': 's' } },
        { a: 1, x_sign: 's' },
      ],
      ['a forged header', '?include_header=X-Sign', json({ x_sign: 'forged' }), {}],
      ['a query value', '?include_query=q&q=7', json({ q: 'body' }), { q: '7' }],
      ['GET', `?payload=${base64({ a: 5 })}`, { method: 'GET' }, { a: 5 }],
      ['GET without', '', { method: 'GET' }, {}],
      ['a limit of the queue', '?queue_limit=5', json({ a: 1 }), { a: 1 }],
    ];
    for (const [says, query, sent, args] of rows) {
      const answer = await send(`${wait}/echo${query}`, sent);
      assert.equal(answer.status, 200, `${says}: ${answer.text}`);
      assert.deepEqual(JSON.parse(answer.text), args, says);
    }
  });

  it('refuses payloads that are none, and credentials as arguments', async () => {
    const rows: [query: string, sent: Sent, status: number, text: RegExp][] = [
      ['?payload=%25', { method: 'GET' }, 400, /not base64/],
      ['?payload=abcd', { method: 'GET' }, 400, /base64 of JSON/],
      ['?include_header=Authorization', json({}), 400, /cannot become an argument/],
      ['', { body: '{', type: 'application/json' }, 400, /line 1, column 2/],
      ['', { body: 'x', type: 'application/octet-stream' }, 415, /application\/json/],
      ['?scheduled_in_secs=soon', json({}), 400, /whole number/],
      ['?queue_limit=0', json({}), 429, /0 jobs wait, and this run allows 0/],
    ];
    for (const [query, sent, status, text] of rows) {
      const answer = await send(`${wait}/echo${query}`, sent);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, text);
    }
  });

  it('answers results in the shape that the script asks for', async () => {
    const shaped = (answer: unknown) => send(`${wait}/shape`, json({ answer }));
    const status = await shaped({ windmill_status_code: 201, result: { ok: true } });
    assert.deepEqual([status.status, status.text], [201, '{"ok":true}']);
    const page = await shaped({
      windmill_content_type: 'text/html',
      windmill_headers: { 'X-Own': 'yes', 'Set-Cookie': 'token=stolen', 'Bad Name': 'x' },
      result: '<b>hi</b>',
    });
    assert.deepEqual([page.status, page.text], [200, '<b>hi</b>']);
    assert.deepEqual(
      ['content-type', 'x-own', 'set-cookie'].map((name) => page.headers.get(name)),
      ['text/html', 'yes', null],
    );
    // A script's page must not act with the visitor's session.
    assert.match(page.headers.get('content-security-policy') ?? '', /^sandbox/);
    assert.doesNotMatch(page.headers.get('content-security-policy') ?? '', /allow-same-origin/);
    const odd = await shaped({ windmill_status_code: 99, result: 1 });
    assert.deepEqual([odd.status, odd.text], [200, '1']);
    const plain = await shaped(null);
    assert.deepEqual([plain.status, plain.text], [200, 'null']);
  });

  it('answers a failed run with 422 and its error', async () => {
    const answer = await send(`${wait}/fail`, json({}));
    assert.equal(answer.status, 422);
    const { error } = JSON.parse(answer.text);
    assert.deepEqual([error.name, error.message], ['TypeError', 'no good']);
  });

  it('previews, and runs by hash', async () => {
    const code = { content: 'export const main = (a: number) => a * 2', language: 'bun' };
    const waited = await send(
      'jobs/run_wait_result/preview',
      json({ ...code, args: { a: 21 }, path: '', lock: null }),
    );
    assert.deepEqual([waited.status, waited.text], [200, '42']);
    const started = await send('jobs/run/preview', json({ ...code, args: { a: 2 } }));
    assert.equal(started.status, 201);
    const { hash } = await read('scripts/get/p/f/examples/echo');
    const byHash = await send(`jobs/run_wait_result/h/${hash}`, json({ a: 'h' }));
    assert.equal(byHash.text, '{"a":"h"}');
    assert.equal((await send(`jobs/run/h/${hash}`, json({}))).status, 201);
  });

  it('takes run tokens in the address, within their scopes', async () => {
    const token = await server.tokenWith(['jobs:run:scripts:f/examples/echo']);
    const nobody = { token: null };
    const ran = await send(`${wait}/echo?token=${token}`, { ...json({ a: 1 }), ...nobody });
    assert.deepEqual([ran.status, ran.text], [200, '{"a":1}']);
    const other = await send(`${wait}/shape?token=${token}`, { ...json({}), ...nobody });
    assert.equal(other.status, 403);
    const reading = await send(`jobs/list?token=${token}`, { method: 'GET', ...nobody });
    assert.equal(reading.status, 401);
    const session = await send(`${wait}/echo?token=${server.token}`, { ...json({}), ...nobody });
    assert.equal(session.status, 401);
    const all = await server.tokenWith(['jobs:run']);
    await server.op('variables.create', { path: 'f/examples/loot', value: 'hush', isSecret: true });
    for (const a of ['$var:f/examples/loot', ['$res:f/examples/any'], { b: '$WM_TOKEN' }]) {
      const sent = await send(`${wait}/echo?token=${all}`, { ...json({ a }), ...nobody });
      assert.deepEqual([sent.status, /names a reference/.test(sent.text)], [400, true], sent.text);
    }
    const inHeader = { ...json({ a: '$var:f/examples/loot' }), token: all };
    assert.equal((await send(`${wait}/echo`, inHeader)).text, '{"a":"hush"}');
    for (const line of server.logLines) {
      assert.ok(!line.includes(token) && !line.includes(server.token), line);
    }
  });

  it('follows a job to its end', async () => {
    const started = await send('jobs/run/p/f/examples/slow', json({}));
    assert.deepEqual(
      [started.status, started.headers.get('content-type')],
      [201, 'text/plain; charset=utf-8'],
    );
    const id = started.text;
    assert.match(id, /^[0-9a-f-]{36}$/);
    let logs = '';
    let offset = 0;
    while (!logs.includes('begun')) {
      const update = await read(`jobs_u/getupdate/${id}?running=false&log_offset=${offset}`);
      logs += update.new_logs ?? '';
      offset = update.log_offset;
      assert.equal(update.completed, false);
    }
    const job = await read(`jobs_u/get/${id}`);
    assert.deepEqual([job.type, job.running, job.job_kind], ['QueuedJob', true, 'script']);
    assert.ok(!('result' in job));
    const early = await send(`jobs_u/completed/get/${id}`, { method: 'GET' });
    assert.equal(early.status, 404);
    assert.match(early.text, /^Not found: /);
    const maybe = await read(`jobs_u/completed/get_result_maybe/${id}?get_started=true`);
    assert.deepEqual(maybe, { completed: false, started: true });
    const canceled = await send(`jobs_u/queue/cancel/${id}`, json({ reason: 'enough' }));
    assert.deepEqual([canceled.status, canceled.text], [200, id]);
    await server.op('jobs.wait', { id });
    const done = await read(`jobs_u/completed/get/${id}`);
    assert.deepEqual(
      [done.type, done.success, done.canceled, done.canceled_reason],
      ['CompletedJob', false, true, 'enough'],
    );
    assert.equal(await read(`jobs_u/get_root_job_id/${id}`), id);
    assert.deepEqual(await read(`jobs_u/get_args/${id}`), {});
    const text = await send(`jobs_u/get_logs/${id}`, { method: 'GET' });
    assert.equal(text.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.match(text.text, /begun/);
  });

  it('streams updates until the job is over', async () => {
    const started = await send('jobs/run/p/f/examples/fail', json({}));
    const answer = await send(`jobs_u/getupdate_sse/${started.text}`, { method: 'GET' });
    assert.equal(answer.headers.get('content-type'), 'text/event-stream');
    const events = answer.text
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.replace(/^data: /, '')));
    const last = events.at(-1);
    assert.deepEqual([last.type, last.completed], ['update', true]);
    assert.equal(last.only_result.error.message, 'no good');
    assert.match(events.map((event) => event.new_logs ?? '').join(''), /before/);
    const missing = '01999999-0000-7000-8000-000000000000';
    const none = await send(`jobs_u/getupdate_sse/${missing}`, { method: 'GET' });
    assert.match(none.text, /^data: \{"type":"not_found"\}\n\n$/);
    const nobody = await send(`jobs_u/getupdate_sse/${missing}`, { method: 'GET', token: null });
    assert.equal(nobody.status, 401);
  });

  const eventsOf = ({ text }: { text: string }) =>
    text
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.replace(/^data: /, '')));

  it('starts and streams scripts and flows, with nothing but the result if asked', async () => {
    const { hash } = await read('scripts/get/p/f/examples/shape');
    const steps = [{ id: 'a', value: { type: 'identity' } }];
    const flow = { path: 'f/examples/streamed', summary: '', value: { modules: steps } };
    assert.equal((await send('flows/create', json(flow))).status, 201);
    const version = (await read('flows/get/f/examples/streamed')).version_id;
    const payload = encodeURIComponent(Buffer.from('{"answer":"got"}').toString('base64'));
    const runs: [path: string, sent: Sent, result: unknown][] = [
      ['p/f/examples/shape', json({ answer: 'posted' }), 'posted'],
      [`h/${hash}`, json({ answer: 'by hash' }), 'by hash'],
      [`p/f/examples/shape?payload=${payload}`, { method: 'GET' }, 'got'],
      ['f/f/examples/streamed', json({ n: 1 }), { n: 1 }],
      [`fv/${version}`, json({ n: 2 }), { n: 2 }],
    ];
    for (const [path, sent, result] of runs) {
      const answer = await send(`jobs/run_and_stream/${path}`, sent);
      assert.equal(answer.status, 200, `${path}: ${answer.text}`);
      assert.equal(answer.headers.get('content-type'), 'text/event-stream');
      const { type, completed, only_result } = eventsOf(answer).at(-1);
      assert.deepEqual([type, completed, only_result], ['update', true, result]);
    }
    const alone = await send(
      'jobs/run_and_stream/p/f/examples/fail?only_result=true&fast=true&poll_delay_ms=1',
      json({}),
    );
    for (const { type, ...event } of eventsOf(alone)) {
      if (type === 'ping') continue;
      const { only_result: result, ...rest } = event;
      assert.deepEqual([type, Object.keys(rest)], ['update', ['running', 'completed']]);
      if (event.completed) assert.equal(result.error.message, 'no good');
    }
    assert.doesNotMatch(alone.text, /before/);
    const described = await (await server.fetch('/api/openapi.yaml')).text();
    assert.equal(described.match(/runAndStream\w+/g)?.length, 8);
  });

  it('starts nothing for who could not hear of it, or asks for what there is not', async () => {
    const tokenOf = async (...scopes: string[]) => {
      const made = await server.op('tokens.create', { label: 'stream', scopes });
      return made.body.token as string;
    };
    const hear = await tokenOf('jobs:run', 'jobs:read');
    const stream = 'jobs/run_and_stream/p/f/examples/echo';
    const inAddress = { method: 'GET', token: null };
    const heard = await send(`${stream}?token=${hear}`, inAddress);
    assert.equal(eventsOf(heard).at(-1)?.completed, true, heard.text);
    const count = async () => (await read('jobs/list?script_path_exact=f/examples/echo')).length;
    const known = await count();
    const deaf = await tokenOf('jobs:run');
    const refused: [query: string, sent: Sent, status: number, words: RegExp][] = [
      [`?token=${deaf}`, inAddress, 403, /jobs:read/],
      ['', { ...json({}), token: deaf }, 403, /jobs:read/],
      ['', { ...json({}), token: null }, 401, /login or a token/],
      ['', { ...json({}), token: 'unknown' }, 401, /unknown/],
      ['?poll_delay_ms=60001', json({}), 400, /poll_delay_ms/],
      ['?poll_delay_ms=-1', json({}), 400, /poll_delay_ms/],
      ['?fast=maybe', json({}), 400, /fast/],
      ['?only_result=maybe', json({}), 400, /only_result/],
    ];
    for (const [query, sent, status, words] of refused) {
      const answer = await send(`${stream}${query}`, sent);
      assert.equal(answer.status, status, `${query}: ${answer.text}`);
      assert.match(answer.text, words);
    }
    assert.equal(await count(), known);
  });

  it('lists and counts without logs and results, and runs again', async () => {
    const rows = await read(
      'jobs/list?job_kinds=script&per_page=5&script_path_exact=f/examples/fail',
    );
    assert.ok(rows.length >= 1 && rows.length <= 5);
    for (const row of rows) {
      assert.deepEqual([row.type, row.script_path], ['CompletedJob', 'f/examples/fail']);
      assert.deepEqual([row.args, row.result_columns], [null, null]);
      assert.ok(!('logs' in row) && !('result' in row));
    }
    assert.ok((await read('jobs/completed/list?success=false')).length >= 2);
    assert.deepEqual(await read('jobs/queue/list?per_page=100000&all_workspaces=true'), []);
    assert.deepEqual(await read('jobs/queue/count'), { database_length: 0, suspended: 0 });
    assert.ok((await read('jobs/completed/count?tags=bun')).database_length > 3);
    assert.equal(typeof (await read('jobs/queue/position/1790000000000')).position, 'number');
    const missing = '01999999-0000-7000-8000-000000000000';
    const again = await send(
      'jobs/run/batch_rerun_jobs',
      json({ job_ids: [rows[0].id, missing], script_options_by_path: {} }),
    );
    const [made, error] = again.text.split('\n');
    assert.match(made ?? '', /^[0-9a-f-]{36}$/);
    assert.match(error ?? '', /^Error: Not found/);
  });
});
