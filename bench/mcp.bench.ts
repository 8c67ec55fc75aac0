// CPU of the MCP endpoint for each request, against the floor of a bare node:http echo of JSON-RPC.
// The server is a process of its own (`mcp-server.ts`). Cases take short turns: the least time
// counts, as neighbours only ever add, and the middle ratio to the floor of the same turn.
// Usage: node bench/mcp.bench.ts [turns, 20] [requests for the memory, 100000]
import { fork, type ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Question, Served } from './mcp-server.ts';

const connections = 8;
const turnMs = 200;
const warmUpMs = 1_500;

interface Case {
  what: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Of one turn. */
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
  let isOver = false;
  // Who asks never sleeps: waking a core of a virtual machine would be counted as the server's
  // work, and more often for whoever answers later than the floor.
  const stayAwake = (): void => void (isOver || setImmediate(stayAwake));
  stayAwake();
  await Promise.all(Array.from({ length: connections }, worker));
  isOver = true;
  agent.destroy();
  return { requests, bytes, perSecond: (requests / (performance.now() - begun)) * 1000 };
}

async function turn(child: ChildProcess, one: Case): Promise<Figures> {
  const before = await ask<{ microseconds: number }>(child, 'cpu');
  const { requests, bytes, perSecond } = await load(one, turnMs);
  const after = await ask<{ microseconds: number }>(child, 'cpu');
  return { cpuMicros: (after.microseconds - before.microseconds) / requests, perSecond, bytes };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The first case is the floor of all. */
async function measure(child: ChildProcess, cases: readonly Case[], turns: number): Promise<void> {
  const seen = cases.map((): Figures[] => []);
  for (const one of cases) await load(one, warmUpMs);
  for (let n = 0; n < turns; n += 1) {
    for (const [index, one] of cases.entries()) seen[index]?.push(await turn(child, one));
  }
  for (const [index, { what }] of cases.entries()) {
    const all = seen[index] ?? [];
    const least = Math.min(...all.map(({ cpuMicros }) => cpuMicros));
    const ratios = all.map(({ cpuMicros }, n) => cpuMicros / (seen[0]?.[n]?.cpuMicros ?? 0));
    const most = Math.max(...all.map(({ perSecond }) => perSecond));
    console.log(
      `${what.padEnd(46)} ${least.toFixed(0).padStart(5)} µs CPU ` +
        `${middle(ratios).toFixed(2).padStart(6)} floors ` +
        `${most.toFixed(0).padStart(7)} req/s ${String(all[0]?.bytes).padStart(7)} bytes`,
    );
  }
}

interface Wanted {
  what: string;
  method: string;
  params: Record<string, unknown>;
  more?: Record<string, string>;
}

function createCases(url: string, token: string) {
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

const turns = Number(process.argv[2] ?? 20);
const requests = Number(process.argv[3] ?? 100_000);
const half = fileURLToPath(new URL('mcp-server.ts', import.meta.url));
const child = fork(half, { execArgv: ['--expose-gc'] });
try {
  const served = await answer<Served>(child);
  const { modern, legacy } = createCases(served.endpoint, served.token);
  const ofScripts = createCases(served.endpoint, served.scriptsToken);
  const calling = (name: string, args: object) => ({
    method: 'tools/call',
    params: { name, arguments: args },
  });
  const docs = calling('searchDocs', { query: 'zebra' });
  const jobs = calling('listJobs', {});
  const listing = { method: 'tools/list', params: {} };
  const packed = { 'accept-encoding': 'gzip' };
  const list = ofScripts.modern({ ...listing, what: 'tools/list of 100 tools' });
  const agent = new Agent();
  await ask(child, { floorBytes: await send(agent, list) });
  agent.destroy();
  const floor = modern({ ...docs, what: 'floor: node:http, JSON-RPC echo' });
  const cases = [
    { ...floor, url: served.floor },
    { ...floor, url: `${served.floor}bytes`, what: 'floor: the bytes of the list below' },
    list,
    ofScripts.modern({ ...listing, what: 'tools/list of 100 tools, gzip', more: packed }),
    modern({ ...listing, what: 'tools/list of all tools' }),
    modern({ ...listing, what: 'tools/list of all tools, gzip', more: packed }),
    legacy({ what: 'ping (2025-11-25)', method: 'ping', params: {} }),
    modern({ ...docs, what: 'tools/call searchDocs' }),
    legacy({ ...docs, what: 'tools/call searchDocs (2025-11-25)' }),
    modern({ ...jobs, what: 'tools/call listJobs, from the database' }),
  ];
  await measure(child, cases, turns);
  await memory(child, modern({ ...docs, what: 'memory' }), requests);
} finally {
  await ask(child, 'stop');
}
