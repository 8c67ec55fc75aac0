// A server as a process of its own, started through the real command, for tests that kill it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createInterface } from 'node:readline';

const bin = new URL('../../bin/millrace.mjs', import.meta.url).pathname;

export interface ServerProcess {
  child: ChildProcess;
  origin: string;
  /** What it printed until it was ready. */
  printed: string;
  /** Kills the server process itself, without a chance to tidy up. */
  kill9(): Promise<void>;
  /** SIGTERM, and waits for the end; answers the exit code. */
  stop(): Promise<number | null>;
}

/** A data folder that is removed with `remove`. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'millrace-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** What a test that failed in between has left would keep its process alive for ever. */
const running = new Set<ChildProcess>();
async function endAll(): Promise<void> {
  for (const child of running) {
    child.kill('SIGTERM');
    await ended(child);
  }
}
// A bench is no test: its hooks would print a report of none.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) after(endAll);

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/**
 * Starts `millrace start` on `dataFolder` and waits until it says that it is ready. `port`: 0 takes
 * a free one.
 */
export async function startProcess(
  dataFolder: string,
  env: Record<string, string> = {},
  port = 0,
): Promise<ServerProcess> {
  const args = [bin, 'start', '--debug', '--port', String(port), '--data', dataFolder];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, MILLRACE_DATABASE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(String(chunk)));
  const lines: string[] = [];
  const origin = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const found = /API\s+(http:\/\/[^/]+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) =>
      reject(new Error(`the server ended with ${code}: ${errors.join('')}${lines.join('\n')}`)),
    );
  });
  return {
    child,
    origin,
    get printed() {
      return lines.join('\n');
    },
    async kill9() {
      child.kill('SIGKILL');
      await ended(child);
    },
    async stop() {
      child.kill('SIGTERM');
      return ended(child);
    },
  };
}

const owner = { email: 'owner@example.com', password: 'correct horse battery staple' };

/** The same with an owner and the workspace `test`, also for a start after a kill. */
export const startOwned = (dataFolder: string): Promise<ServerProcess> =>
  startProcess(dataFolder, {
    MILLRACE_OWNER_EMAIL: owner.email,
    MILLRACE_OWNER_PASSWORD: owner.password,
    MILLRACE_WORKSPACE: 'test',
  });

/** Logs in as the owner of `startOwned`; answers the session's token. */
export async function ownerToken(origin: string): Promise<string> {
  const response = await fetch(`${origin}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(owner),
  });
  const token = await response.text();
  if (!response.ok) throw new Error(`the owner cannot log in: ${token}`);
  return token;
}
