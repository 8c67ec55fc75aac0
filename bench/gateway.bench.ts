// What a call of a service costs more than the same request made directly, in one run: latency of
// one caller and calls a second of sixteen. The answer has 10 KiB with personal
// values, which come back as tokens.
import { type ChildProcess, fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Ready } from './gateway-server.ts';

const rounds = 5;
const callsOfARound = 300;
const callers = 16;
const forMs = 3_000;

const program = fileURLToPath(new URL('gateway-server.ts', import.meta.url));
const agent = new Agent({ keepAlive: true, maxSockets: callers });

async function start(...args: string[]): Promise<Ready & { child: ChildProcess }> {
  const child = fork(program, args);
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Ready));
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
  });
  return { ...ready, child };
}

type Send = () => Promise<string>;

function sender(url: string, options: { headers?: Record<string, string>; body?: string }): Send {
  const { headers = {}, body } = options;
  const method = body === undefined ? 'GET' : 'POST';
  return () =>
    new Promise((resolve, reject) => {
      const sent = request(url, { agent, method, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(Buffer.concat(parts).toString())
            : reject(new Error(`${response.statusCode}`)),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

async function latencies(send: Send): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; n < callsOfARound; n += 1) {
    const begun = performance.now();
    await send();
    taken.push(performance.now() - begun);
  }
  return taken.toSorted((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor(sorted.length * share)] ?? 0;

async function perSecond(send: Send): Promise<number> {
  const begun = performance.now();
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < begun + forMs) {
      await send();
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (calls / (performance.now() - begun)) * 1000;
}

const row = (what: string, figure: string, target = ''): void =>
  console.log(`${what.padEnd(44)} ${figure.padStart(12)}   ${target}`);

const upstream = await start('upstream');
const server = await start('server', upstream.origin);
const direct = sender(`${upstream.origin}/issues`, {});
const call = sender(`${server.origin}/api/mcp/w/bench/mcp`, {
  headers: {
    authorization: `Bearer ${server.token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'issues_read_actions', arguments: { action: 'list_issues' } },
  }),
});
const answer = await call();
if (answer.includes('isError') || answer.includes('ann1@example.com')) {
  throw new Error(`not what a model may see: ${answer.slice(0, 500)}`);
}

const added: { p50: number; p95: number }[] = [];
for (let n = 0; n < rounds; n += 1) {
  const [plain, through] = [await latencies(direct), await latencies(call)];
  added.push({
    p50: at(through, 0.5) - at(plain, 0.5),
    p95: at(through, 0.95) - at(plain, 0.95),
  });
}
row(
  'added latency p50, best round',
  `${Math.min(...added.map(({ p50 }) => p50)).toFixed(2)} ms`,
  'at most 3 ms',
);
row(
  'added latency p95, best round',
  `${Math.min(...added.map(({ p95 }) => p95)).toFixed(2)} ms`,
  'at most 10 ms',
);
const [straight, through] = [await perSecond(direct), await perSecond(call)];
row('direct calls a second, 16 callers', straight.toFixed(0));
row('calls through the gateway, 16 callers', through.toFixed(0), 'at least 1,500');
row('ratio', (straight / through).toFixed(1));

for (const { child } of [server, upstream]) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.send('stop');
  await gone;
}
agent.destroy();
