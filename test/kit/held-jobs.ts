// Jobs that stand still while a test uses their tokens: a script tells the test what it is, and
// waits until the test lets it end.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

export interface HeldJob {
  /** Its WM_TOKEN. */
  token: string;
  id: string;
  /** Its environment, without secrets of anybody else. */
  env: Record<string, string>;
  /** Lets it end. */
  release(): void;
}

export interface HeldJobs {
  /** TypeScript of a script that is held. */
  code: string;
  /** The next job that holds still. */
  next(): Promise<HeldJob>;
  stop(): Promise<void>;
}

export async function startHeldJobs(): Promise<HeldJobs> {
  const waiting: ((job: HeldJob) => void)[] = [];
  const here: HeldJob[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    void (async () => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const env: Record<string, string> = JSON.parse(text);
      open.add(response);
      const job: HeldJob = {
        token: env['WM_TOKEN'] ?? '',
        id: env['WM_JOB_ID'] ?? '',
        env,
        release() {
          open.delete(response);
          response.end('go on');
        },
      };
      const first = waiting.shift();
      if (first) first(job);
      else here.push(job);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    code: `export async function main() {
      const { env } = process;
      const answer = await fetch('${origin}', { method: 'POST', body: JSON.stringify(env) });
      return answer.text();
    }`,
    next: () =>
      new Promise((resolve) => {
        const job = here.shift();
        if (job) resolve(job);
        else waiting.push(resolve);
      }),
    async stop() {
      for (const response of open) response.end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
