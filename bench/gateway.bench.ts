// What a call of a service costs more than the same request made directly, in one run: latency of
// one caller and calls a second of sixteen, with the CPU of each process. The answers hold personal
// values, which come back as tokens; every call has its row of audit.
// Usage: node bench/gateway.bench.ts [calls for the memory, 20000]
import { type ChildProcess, fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Question, Ready } from './gateway-server.ts';
import { line, measure, ms } from './client.ts';
import { cpuMs, serverMemoryMb } from './usage.ts';

const rounds = 3;
const callsOfARound = 300;
const callers = 16;
const callsAtOnce = 2000;
const callsForMemory = Number(process.argv[2] ?? 20_000);

const hooks = [
  `{ name: brief, phase: before, when: { time: { from: "00:00", to: "23:59" } }, do: [
      { instruct: { text: Be brief. } }] }`,
  `{ name: guests, phase: before, match: { service: issues }, do: [
      { block: { message: closed }, when: { field: subject.groups, contains: guests } }] }`,
  `{ name: pages, phase: before, do: [
      { block: { message: too many }, when: { field: params.limit, gt: 100 } }] }`,
  `{ name: keys, phase: after, do: [
      { transform: { field: result.issues.*.key, lower: true } }] }`,
  `{ name: secret, phase: after, do: [
      { block: { message: secret },
        when: { field: result.issues.*.summary, contains: secret } }] }`,
];

const program = fileURLToPath(new URL('gateway-server.ts', import.meta.url));
const agent = new Agent({ keepAlive: true, maxSockets: callers });

type Started = Ready & { child: ChildProcess };

async function start(args: string[], execArgv: string[] = []): Promise<Started> {
  const child = fork(program, args, { execArgv: [...process.execArgv, ...execArgv] });
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Ready));
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
  });
  child.once('exit', (code) => process.exit(code ?? 1));
  return { ...ready, child };
}

function ask<Answer>({ child }: Started, question: Question): Promise<Answer> {
  const answered = new Promise<Answer>((resolve) =>
    child.once('message', (message) => resolve(message as Answer)),
  );
  child.send(question);
  return answered;
}

type Send = () => Promise<string>;

/** The same asked of the upstream itself, and as a call of the service. */
type Ways = readonly [direct: Send, call: Send];

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

const callOf = (server: Ready, action: string, tool = 'issues_read_actions'): Send =>
  sender(`${server.origin}/api/mcp/w/bench/mcp`, {
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
      params: { name: tool, arguments: { action } },
    }),
  });

async function expectSafe(call: Send): Promise<void> {
  const answer = await call();
  if (answer.includes('isError') || answer.includes('ann1@example.com')) {
    throw new Error(`not what a model may see: ${answer.slice(0, 500)}`);
  }
}

async function latency(what: string, [direct, call]: Ways): Promise<void> {
  const added: { p50: number; p95: number }[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const plain = await measure(callsOfARound, 1, direct);
    const through = await measure(callsOfARound, 1, call);
    added.push({ p50: through.p50 - plain.p50, p95: through.p95 - plain.p95 });
  }
  const least = (part: 'p50' | 'p95'): string => ms(Math.min(...added.map((one) => one[part])));
  line(`${what}, added p50 / p95, best round`, `${least('p50')} / ${least('p95')}`, '3 / 10 ms');
}

/** What is aimed at is said of small answers, which most calls have. */
async function throughput(what: string, [direct, call]: Ways, target = ''): Promise<void> {
  const pid = server.child.pid ?? 0;
  const upstreamPid = upstream.child.pid ?? 0;
  let best = { perSecond: 0, cpu: '' };
  let straight = 0;
  for (let n = 0; n < rounds; n += 1) {
    straight = Math.max(straight, (await measure(callsAtOnce, callers, direct)).perSecond);
    const before = [cpuMs(pid), cpuMs(upstreamPid)] as const;
    const { perSecond } = await measure(callsAtOnce, callers, call);
    const after = [cpuMs(pid), cpuMs(upstreamPid)] as const;
    const each = (place: 0 | 1, part: 'server' | 'database'): string =>
      ((after[place][part] - before[place][part]) / callsAtOnce).toFixed(2);
    const cpu = `${each(0, 'server')} / ${each(0, 'database')} / ${each(1, 'server')} ms`;
    if (perSecond > best.perSecond) best = { perSecond, cpu };
  }
  line(`${what}, ${callers} callers`, `${best.perSecond.toFixed(0)} calls/s`, target);
  line('  the same requests made directly', `${straight.toFixed(0)} calls/s`);
  line('  CPU a call: server, PostgreSQL, upstream', best.cpu);
}

/** What is in use after each quarter, collected before it is looked at. */
async function memory(call: Send): Promise<void> {
  const used: string[] = [];
  for (let quarter = 0; quarter < 4; quarter += 1) {
    await measure(callsForMemory / 4, callers, call);
    const { heapBytes } = await ask<{ heapBytes: number }>(server, 'heap');
    used.push((heapBytes / 1e6).toFixed(0));
  }
  line(`memory over ${callsForMemory} calls, MB`, used.join(' '), 'flat');
}

/** The server's peak over what it was, while an answer of 50 MB comes in and is refused. */
async function largeBody(call: Send): Promise<void> {
  const pid = server.child.pid ?? 0;
  await ask(server, 'heap');
  const before = serverMemoryMb(pid);
  let peak = before;
  const looking = setInterval(() => (peak = Math.max(peak, serverMemoryMb(pid))), 5);
  const answer = await call();
  clearInterval(looking);
  if (!answer.includes('too large')) throw new Error(`not refused: ${answer.slice(0, 200)}`);
  line('an answer of 50 MB, memory added', `${(peak - before).toFixed(0)} MB`, 'never held whole');
}

const upstream = await start(['upstream']);
const server = await start(['server', upstream.origin], ['--expose-gc']);
const small = [sender(`${upstream.origin}/issue`, {}), callOf(server, 'issue')] as const;
const change = [
  sender(`${upstream.origin}/comment`, { body: '' }),
  callOf(server, 'comment', 'issues_write_actions'),
] as const;
const large = [sender(`${upstream.origin}/issues`, {}), callOf(server, 'issues')] as const;
await expectSafe(small[1]);
await expectSafe(large[1]);
await expectSafe(change[1]);

const target = 'at least 1,500';
await largeBody(callOf(server, 'export'));
await throughput('1 KiB', small, target);
await throughput('10 KiB', large);
await throughput('changes, 1 KiB', change);
await latency('10 KiB', large);
await ask(server, { hooks });
await expectSafe(large[1]);
await latency('10 KiB and five hooks', large);
await throughput('1 KiB and five hooks', small, target);
await memory(small[1]);

for (const { child } of [server, upstream]) {
  child.removeAllListeners('exit');
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.send('stop');
  await gone;
}
agent.destroy();
