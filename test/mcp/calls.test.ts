// What a model gets: results, errors, job ids, notes; and that a client that goes away stops
// what it started.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Bench, legacy, messagesOf, modern, script, startBench, stillRunning } from './kit.ts';

let bench: Bench;
/** The signals of calls of `u/bob/hang`, as they begin. */
let begin: (signal: AbortSignal) => void = () => {};

function expectHang(): Promise<AbortSignal> {
  return new Promise((resolve) => {
    begin = resolve;
  });
}

before(async () => {
  bench = await startBench(
    {
      'u/bob/echo': (args) => args,
      'u/bob/text': () => 'läuft',
      'u/bob/list': () => [1, 2],
      'u/bob/nothing': () => null,
      'u/bob/throws': () => {
        throw new TypeError('no such customer');
      },
      'u/bob/long': () => 'é'.repeat(100_000),
      'u/bob/slow': () => stillRunning,
      'f/team/slow': () => stillRunning,
      // No job has such a result: it stands for a bug inside the server.
      'u/bob/bug': () => 10n,
      'u/bob/hang': (_args, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(null), { once: true });
          begin(signal);
        }),
    },
    {
      scripts: [
        ...['text', 'list', 'nothing', 'throws', 'long', 'slow', 'bug', 'hang'].map((name) =>
          script(`u/bob/${name}`, { schema: {} }),
        ),
        script('u/bob/echo', {
          schema: {
            properties: { 'e-mail': { type: 'string' }, count: { type: 'integer' } },
            required: ['e-mail'],
          },
        }),
        script('u/bob/ghost'),
      ],
    },
  );
});
after(() => bench.stop());

async function call(name: string, args: Record<string, unknown> = {}, token = 'all') {
  const { body, headers } = modern('tools/call', { name, arguments: args });
  const [message] = await messagesOf(await bench.post(body, { headers, token }));
  return message.result ?? message;
}

test('an object is text and structuredContent, with a link to the run', async () => {
  const result = await call('s-u_bob_echo', { email: 'a@b.c', count: 2 });
  assert.deepEqual(result.structuredContent, { 'e-mail': 'a@b.c', count: 2 });
  assert.equal(result.content[0].text, JSON.stringify(result.structuredContent, null, 2));
  const { _meta: meta } = result;
  const { id, url } = meta['millrace/job'];
  assert.equal(url, `${bench.origin}/w/test/runs/${id}`);
  assert.deepEqual(result.content[1], {
    type: 'resource_link',
    uri: url,
    name: `job ${id}`,
    title: 'The run',
  });
  assert.equal(result.isError, undefined);
});

test('text stands as it is; lists and null are JSON without structuredContent', async () => {
  for (const [name, text] of [
    ['text', 'läuft'],
    ['list', '[\n  1,\n  2\n]'],
    ['nothing', 'null'],
  ]) {
    const result = await call(`s-u_bob_${name}`);
    assert.equal(result.content[0].text, text);
    assert.equal(result.structuredContent, undefined);
  }
});

test('clients older than resource links get a line of text instead', async () => {
  const { body } = legacy('tools/call', { name: 's-u_bob_text', arguments: {} });
  const [{ result }] = await messagesOf(await bench.post(body));
  assert.equal(result.content[1].type, 'text');
  assert.match(result.content[1].text, /^Job .*\/w\/test\/runs\//);
});

test('a script that throws gives name, message, stack, job and link as an error', async () => {
  const result = await call('s-u_bob_throws');
  assert.equal(result.isError, true);
  const { error, job_id: id, run_url: url } = result.structuredContent;
  assert.deepEqual([error.name, error.message], ['TypeError', 'no such customer']);
  const [{ text }] = result.content;
  assert.match(text, /^u\/bob\/throws failed with TypeError: no such customer\nTypeError: no/);
  assert.ok(text.includes(id) && text.includes(url) && text.includes('calls.test.ts'));
});

test('a run longer than the wait hands out the job id and how to wait', async () => {
  const result = await call('s-u_bob_slow');
  assert.equal(result.isError, undefined);
  const { job_id: id } = result.structuredContent;
  assert.ok(result.content[0].text.includes(`Call waitJob {"id":"${id}"}`));
  bench.jobs.set(id, { done: true, success: true, result: { late: true }, path: 'u/bob/slow' });
  assert.deepEqual((await call('waitJob', { id })).structuredContent, { late: true });
});

test('the wait can be named in seconds', async () => {
  const id = [...bench.jobs.keys()][0];
  await call('waitJob', { id, timeout: 1.5 });
  assert.equal(bench.calls.findLast(({ name }) => name === 'jobs.wait')?.input.waitMs, 1500);
  await call('waitJob', { id });
  assert.equal(bench.calls.findLast(({ name }) => name === 'jobs.wait')?.input.waitMs, 45_000);
});

test('a token that may not wait is not sent to waitJob', async () => {
  bench.setScripts([script('f/team/slow', { schema: {} })]);
  const result = await call('s-f_team_slow', {}, 'team');
  assert.match(result.content[0].text, /still running as job .* page of the run/);
  assert.ok(!result.content[0].text.includes('waitJob'));
});

test('wrong arguments are told in the words of the schema, and nothing runs', async () => {
  bench.setScripts([script('u/bob/echo')]);
  const earlier = bench.calls.length;
  const result = await call('s-u_bob_echo', { name: 'x', count: '3' });
  assert.equal(result.isError, true);
  assert.equal(result.structuredContent.error.code, 'invalid_input');
  assert.match(result.content[0].text, /count: given "3" \(string\), accepted: number/);
  assert.equal(bench.calls.length, earlier);
});

test('undeclared arguments are left out, and the model is told', async () => {
  const result = await call('s-u_bob_echo', { name: 'x', coutn: 3 });
  assert.deepEqual(result.structuredContent, { name: 'x' });
  assert.match(result.content.at(-1).text, /coutn \(did you mean count\?\)/);
});

test('an endpoint tool refuses undeclared arguments and drops nulls', async () => {
  const refused = await call('listJobs', { sucess: true });
  assert.match(refused.content[0].text, /sucess: unknown argument; did you mean "success"/);
  assert.deepEqual(
    (await call('listJobs', { success: true, page: 1, tag: null })).structuredContent,
    {
      result: [],
    },
  );
});

test('refusals of the door are error results with code, message and hint', async () => {
  bench.setScripts([script('u/bob/ghost', { schema: {} })]);
  const missing = await call('s-u_bob_ghost');
  assert.equal(missing.structuredContent.error.code, 'not_found');
  assert.match(missing.content[0].text, /^not_found: /);
  const readOnly = await call(
    'createScript',
    { path: 'u/bob/x', summary: '', content: '', language: 'bun' },
    'readOnly',
  );
  assert.equal(readOnly.structuredContent.error.code, 'forbidden');
  const scope = await call('listJobs', {}, 'team');
  assert.equal(scope.structuredContent.error.code, 'insufficient_scope');
  assert.match(scope.content[0].text, /Hint: The token has: mcp:scripts:f\/team\/\*/);
  const confined = await call('s-u_bob_ghost', {}, 'team');
  assert.equal(confined.structuredContent.error.code, 'insufficient_scope');
  assert.equal(bench.calls.at(-1)?.name, 'jobs.runWait', 'the refusal was the door’s own');
});

test('createScript on a taken path points to updateScript', async () => {
  const args = { path: 'u/bob/taken', summary: '', content: '', language: 'bun' };
  const result = await call('createScript', args);
  assert.equal(result.structuredContent.error.code, 'conflict');
  assert.match(result.structuredContent.error.hint, /updateScript/);
  const made = await call('createScript', { ...args, path: 'u/bob/free', deployment_message: 'm' });
  assert.equal(made.content[0].text, '0123456789abcdef');
  assert.equal(bench.calls.at(-1)?.input.deploymentMessage, 'm');
});

test('an unknown tool is an error of the protocol that names the nearest ones', async () => {
  bench.setScripts([script('u/bob/echo')]);
  const { error } = await call('s-u_bob_ecco');
  assert.equal(error.code, -32602);
  assert.match(error.message, /Did you mean s-u_bob_echo/);
});

test('a bug shows a number, never its message', async () => {
  bench.setScripts([script('u/bob/bug', { schema: {} })]);
  const result = await call('s-u_bob_bug');
  assert.equal(result.structuredContent.error.code, 'internal');
  assert.ok(!JSON.stringify(result).includes('BigInt'));
  const [, id] = /\(([0-9a-f-]{36})\)/.exec(result.content[0].text) ?? [];
  assert.ok(id && bench.logLines.some((line) => line.includes(id)));
});

test('a long result is cut on a character and can be read on to its end', async () => {
  bench.setScripts([script('u/bob/long', { schema: {} })]);
  const result = await call('s-u_bob_long');
  const [{ text }] = result.content;
  assert.ok(Buffer.byteLength(text) < 88_000 && !text.includes('\uFFFD'));
  let whole = text.slice(0, text.indexOf('\n\n[Cut'));
  let next = /getJob (\{.*?\})/.exec(text)?.[1];
  for (let rounds = 0; next !== undefined && rounds < 9; rounds += 1) {
    const more = (await call('getJob', JSON.parse(next))).content[0].text as string;
    const cutAt = more.indexOf('\n\n[Cut');
    whole += cutAt === -1 ? more : more.slice(0, cutAt);
    next = cutAt === -1 ? undefined : /getJob (\{.*?\})/.exec(more)?.[1];
  }
  assert.equal(whole, 'é'.repeat(100_000));
});

test('a job too long for one result shows how to read what was left out', async () => {
  const [id] = [...bench.jobs].find(([, job]) => job.path === 'u/bob/long') ?? [];
  const result = await call('getJob', { id });
  assert.match(result.structuredContent.result, /getJob and result_offset 0/);
});

test('closing the connection aborts the call', async () => {
  bench.setScripts([script('u/bob/hang', { schema: {} })]);
  for (const { body, headers } of [
    modern('tools/call', { name: 's-u_bob_hang', arguments: {} }),
    legacy('tools/call', { name: 's-u_bob_hang', arguments: {} }),
  ]) {
    const begun = expectHang();
    const client = new AbortController();
    const answered = bench.post(body, { headers, signal: client.signal });
    const signal = await begun;
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    client.abort();
    await assert.rejects(answered);
    await aborted;
  }
});

test('a legacy client cancels by a notification; another person’s does nothing', async () => {
  const begun = expectHang();
  const { body, headers } = legacy('tools/call', { name: 's-u_bob_hang', arguments: {} }, 'call-7');
  const answered = bench.post(body, { headers });
  const signal = await begun;
  const cancel = {
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 'call-7' },
  };
  assert.equal((await bench.post(cancel, { token: 'other' })).status, 202);
  assert.equal(signal.aborted, false);
  assert.equal((await bench.post(cancel)).status, 202);
  const [{ result }] = await messagesOf(await answered);
  assert.equal(signal.aborted, true);
  assert.equal(result.structuredContent.error.code, 'canceled');
});

test('a cancellation that could mean two calls means none', async () => {
  const { body, headers } = legacy('tools/call', { name: 's-u_bob_hang', arguments: {} }, 1);
  const clients = [new AbortController(), new AbortController()];
  const signals: AbortSignal[] = [];
  const answers: Promise<unknown>[] = [];
  for (const { signal } of clients) {
    const begun = expectHang();
    answers.push(bench.post(body, { headers, signal }).catch(() => undefined));
    signals.push(await begun);
  }
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
  await bench.post(cancel);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false, false],
  );
  for (const client of clients) client.abort();
  await Promise.all(answers);
});

test('no token and no header of the request reaches a log or an operation', async () => {
  bench.setScripts([script('u/bob/echo')]);
  await call('s-u_bob_echo', { name: 'x' });
  const seen = JSON.stringify([bench.logLines, bench.calls.map(({ input }) => input)]);
  assert.ok(seen.includes('"name":"x"') && !seen.includes('Bearer'));
});
