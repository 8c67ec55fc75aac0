// Progress of a call: plain JSON when it is over at once, a stream when there is something to
// tell, in both eras and on both paths; time is held still.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Call } from '../../src/operation/index.ts';
import { type Bench, legacy, messagesOf, modern, script, startBench } from './kit.ts';

let bench: Bench;
let release: (value: unknown) => void = () => {};
let begin: (call: Call) => void = () => {};

before(async () => {
  bench = await startBench(
    {
      'u/bob/quick': () => ({ ok: true }),
      'u/bob/held': (_args, call) =>
        new Promise((resolve) => {
          release = resolve;
          begin(call);
        }),
    },
    { scripts: [script('u/bob/quick', { schema: {} }), script('u/bob/held', { schema: {} })] },
  );
});
after(() => bench.stop());

const meta = { progressToken: 'p1' };
const named = (name: string) => ({ name, arguments: {} });
type Sent = { body: unknown; headers: Record<string, string> };

const forms: [string, (name: string) => Sent][] = [
  ['modern', (name) => modern('tools/call', named(name), { meta })],
  ['legacy', (name) => legacy('tools/call', { ...named(name), _meta: meta })],
  [
    'modern, by the SDK',
    (name) =>
      modern('tools/call', named(name), {
        meta: { ...meta, 'io.modelcontextprotocol/logLevel': 'error' },
      }),
  ],
];

function begun(): Promise<Call> {
  return new Promise((resolve) => {
    begin = resolve;
  });
}

for (const [era, form] of forms) {
  test(`${era}: a quick call is plain JSON`, async () => {
    const { body, headers } = form('s-u_bob_quick');
    const response = await bench.post(body, { headers });
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    const [{ result }] = await messagesOf(response);
    assert.deepEqual(result.structuredContent, { ok: true });
  });

  test(`${era}: a long call tells the seconds and what the operation reports, rising`, async () => {
    const { body, headers } = form('s-u_bob_held');
    const started = begun();
    const answered = bench.post(body, { headers });
    const call = await started;
    bench.clock.pass(1_000);
    const response = await answered;
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.equal(response.headers.get('x-accel-buffering'), 'no');
    bench.clock.pass(5_000);
    call.onProgress?.({ progress: 7, total: 10, message: 'rows' });
    call.onProgress?.({ progress: 3 });
    bench.clock.pass(60_000);
    release({ ok: true });
    const messages = await messagesOf(response);
    const told = messages.filter(({ method }) => method === 'notifications/progress');
    assert.deepEqual(
      told.map(({ params }) => params),
      [
        { progressToken: 'p1', progress: 1, message: 'running for 1 s' },
        { progressToken: 'p1', progress: 6, message: 'running for 6 s' },
        { progressToken: 'p1', progress: 7, total: 10, message: 'rows' },
      ],
    );
    assert.deepEqual(messages.at(-1).result.structuredContent, { ok: true });
    assert.equal(messages.at(-1).id, 1);
  });
}

test('a stream is kept alive by a comment every 15 s', async () => {
  const { body, headers } = modern('tools/call', named('s-u_bob_held'), { meta });
  const started = begun();
  const answered = bench.post(body, { headers });
  await started;
  bench.clock.pass(1_000);
  const response = await answered;
  bench.clock.pass(15_000);
  bench.clock.pass(15_000);
  release(null);
  assert.equal((await response.text()).match(/^: keepalive$/gm)?.length, 2);
});

test('a client that takes JSON only gets JSON, however long it takes', async () => {
  const { body, headers } = modern('tools/call', named('s-u_bob_held'), { meta });
  const started = begun();
  const answered = bench.post(body, { headers: { ...headers, accept: 'application/json' } });
  await started;
  bench.clock.pass(60_000);
  release({ ok: true });
  const response = await answered;
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
});

test('closing a stream aborts the call', async () => {
  const { body, headers } = modern('tools/call', named('s-u_bob_held'), { meta });
  const client = new AbortController();
  const started = begun();
  const answered = bench.post(body, { headers, signal: client.signal });
  const { signal } = await started;
  bench.clock.pass(1_000);
  await answered;
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
  client.abort();
  await aborted;
  release(null);
});
