// A small HTTP client for the benches: keep-alive over node:http, because the load generator
// shares the machine and `fetch` costs more than what is measured.
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export interface Answer {
  status: number;
  body: any;
}

/** POSTs JSON and parses the JSON (or one-message SSE) answer. */
export function post(url: string, token: string, body: unknown): Promise<Answer> {
  const payload = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'content-length': Buffer.byteLength(payload),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const json = text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? 'null');
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(json) });
        });
      },
    );
    call.on('error', reject);
    call.end(payload);
  });
}

/** Calls a tool over MCP in the legacy era, which every client speaks. */
export async function callTool(
  url: string,
  token: string,
  { name, args }: { name: string; args: object },
): Promise<any> {
  const { status, body } = await post(url, token, {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: args },
  });
  if (status !== 200 || body.error || body.result?.isError) {
    throw new Error(`${name}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }
  return body.result;
}

export interface Figures {
  p50: number;
  p95: number;
  perSecond: number;
}

/** Runs `work` `count` times, `concurrency` at a time; milliseconds. */
export async function measure(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<unknown>,
): Promise<Figures> {
  const times: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < count) {
        const index = next;
        next += 1;
        const start = performance.now();
        await work(index);
        times.push(performance.now() - start);
      }
    }),
  );
  const tookMs = performance.now() - began;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), perSecond: (count / tookMs) * 1000 };
}

/** One line of a bench's table; `target` is printed beside what was seen. */
export function line(what: string, seen: string, target = ''): void {
  console.log(`${what.padEnd(52)} ${seen.padStart(28)}   ${target}`);
}

export const ms = (value: number): string => `${value.toFixed(2)} ms`;
