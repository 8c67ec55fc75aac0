// CPU of the MCP endpoint for each request, against the floor of a bare node:http server that
// echoes JSON-RPC, in one run. The server is a process of its own (`mcp-server.ts`), so that load
// and PostgreSQL do not count; of several rounds the least counts: neighbours only ever add.
// Usage: node bench/mcp.bench.ts [rounds, 3] [requests for the memory, 100000]
import { fork, type ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Question, Served } from './mcp-server.ts';

const connections = 8;
const roundMs = 1_000;
const warmUpMs = 400;

interface Case {
  what: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Of the best round. */
interface Figures {
  cpuMicros: number;
  perSecond: number;
  bytes: number;
}

function answer<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve) => child.once('message', (message) => resolve(message as Answer)));
}

function ask<Answer>(child: ChildProcess, question: Question): Promise<Answer> {
  const answered = answer<Answer>(child);
  child.send(question);
  return answered;
}

/** Answers the size of the answer's body as it came. */
function send(agent: Agent, { url, headers, body }: Case): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { agent, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        let bytes = 0;
        response.on('data', (part: Buffer) => {
          bytes += part.length;
        });
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(bytes)
            : reject(new Error(`${response.statusCode}`)),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function load(one: Case, forMs: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const begun = performance.now();
  let requests = 0;
  let bytes = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < begun + forMs) {
      bytes = await send(agent, one);
      requests += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return { requests, bytes, perSecond: (requests / (performance.now() - begun)) * 1000 };
}

async function round(child: ChildProcess, one: Case): Promise<Figures> {
  await load(one, warmUpMs);
  const before = await ask<{ microseconds: number }>(child, 'cpu');
  const { requests, bytes, perSecond } = await load(one, roundMs);
  const after = await ask<{ microseconds: number }>(child, 'cpu');
  return { cpuMicros: (after.microseconds - before.microseconds) / requests, perSecond, bytes };
}

/** The least of all rounds by case; the cases take turns. */
async function measure(
  child: ChildProcess,
  cases: readonly Case[],
  rounds: number,
): Promise<Map<string, Figures>> {
  const best = new Map<string, Figures>();
  for (let n = 0; n < rounds; n += 1) {
    for (const one of cases) {
      const seen = await round(child, one);
      const known = best.get(one.what);
      if (!known || seen.cpuMicros < known.cpuMicros) best.set(one.what, seen);
    }
  }
  for (const [what, { cpuMicros, perSecond, bytes }] of best) {
    console.log(
      `${what.padEnd(54)} ${cpuMicros.toFixed(0).padStart(6)} µs CPU ` +
        `${perSecond.toFixed(0).padStart(7)} req/s ${String(bytes).padStart(8)} bytes`,
    );
  }
  return best;
}

interface Wanted {
  what: string;
  method: string;
  params: Record<string, unknown>;
  more?: Record<string, string>;
}

function createCases({ endpoint: url, token }: Served) {
  const base = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${token}`,
  };
  return {
    modern({ what, method, params: extra, more }: Wanted): Case {
      const prefix = 'io.modelcontextprotocol/';
      const { logLevel, ...params } = extra;
      const meta = {
        [`${prefix}protocolVersion`]: '2026-07-28',
        [`${prefix}clientCapabilities`]: {},
        [`${prefix}clientInfo`]: { name: 'bench', version: '1' },
        ...(logLevel !== undefined && { [`${prefix}logLevel`]: logLevel }),
      };
      const headers = {
        ...base,
        ...more,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
      };
      const body = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } };
      return { what, url, headers, body: JSON.stringify(body) };
    },
    legacy({ what, method, params, more }: Wanted): Case {
      const headers = { ...base, ...more, 'mcp-protocol-version': '2025-11-25' };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      return { what, url, headers, body };
    },
  };
}

/** What is in memory after each quarter of `requests`, collected before it is looked at. */
async function memory(child: ChildProcess, one: Case, requests: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const quarter = Math.ceil(requests / 4);
  for (let sent = 0; sent <= requests; sent += quarter) {
    const { heapBytes, rssBytes } = await ask<{ heapBytes: number; rssBytes: number }>(
      child,
      'heap',
    );
    const [heap, rss] = [heapBytes, rssBytes].map((bytes) => (bytes / 2 ** 20).toFixed(1));
    console.log(`after ${sent} requests: ${heap} MB in use, ${rss} MB resident`);
    let left = sent < requests ? quarter : 0;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await send(agent, one);
    };
    await Promise.all(Array.from({ length: connections }, worker));
  }
  agent.destroy();
}

const rounds = Number(process.argv[2] ?? 3);
const requests = Number(process.argv[3] ?? 100_000);
const half = fileURLToPath(new URL('mcp-server.ts', import.meta.url));
const child = fork(half, { execArgv: ['--expose-gc'] });
try {
  const served = await answer<Served>(child);
  const { modern, legacy } = createCases(served);
  const calling = (name: string, args: object) => ({
    method: 'tools/call',
    params: { name, arguments: args },
  });
  const docs = calling('searchDocs', { query: 'zebra' });
  const cron = calling('previewSchedule', { schedule: '0 0 12 * * *', timezone: 'UTC' });
  const jobs = calling('listJobs', {});
  const what = { floor: 'floor: node:http, JSON-RPC echo', list: 'tools/list of 100 scripts' };
  const listing = { method: 'tools/list', params: {} };
  const packed = { 'accept-encoding': 'gzip' };
  await ask(child, { scripts: 100 });
  const list = modern({ ...listing, what: what.list });
  const agent = new Agent();
  await ask(child, { floorBytes: await send(agent, list) });
  agent.destroy();
  const floor = modern({ ...docs, what: what.floor });
  const cases = [
    { ...floor, url: served.floor },
    { ...floor, url: `${served.floor}bytes`, what: 'floor: the bytes of the list below' },
    list,
    modern({ ...listing, what: `${what.list}, gzip`, more: packed }),
    legacy({ ...listing, what: `${what.list} (2025-11-25)` }),
    legacy({ what: 'ping (2025-11-25)', method: 'ping', params: {} }),
    modern({ ...docs, what: 'tools/call searchDocs (2026-07-28)' }),
    modern({ ...cron, what: 'tools/call previewSchedule (2026-07-28)' }),
    legacy({ ...cron, what: 'tools/call previewSchedule (2025-11-25)' }),
    modern({ ...jobs, what: 'tools/call listJobs (2026-07-28)' }),
  ];
  await measure(child, cases, rounds);
  await memory(child, modern({ ...cron, what: 'memory' }), requests);
} finally {
  await ask(child, 'stop');
}
