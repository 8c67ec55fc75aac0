// The last step of the job reader, for TypeScript: exchanges its token for what the job file
// declares, and runs the program in a child that gets the delegated token and nothing of its own.
import { dlopen } from 'bun:ffi';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const longestResult = 1024 * 1024;
const start = `import { millrace } from 'millrace';
import { writeFileSync } from 'node:fs';
const args = JSON.parse(process.env.JOB_ARGS);
Object.assign(globalThis, { millrace, args });
const { main } = await import('./program.ts');
const result = typeof main === 'function' ? await main(args) : null;
writeFileSync('result.json', JSON.stringify(result ?? null));
process.exit(0);
`;

interface Read {
  job: {
    name: string;
    services: Record<string, string[]> | null;
    args: Record<string, unknown>;
    env: Record<string, string>;
    timeoutS: number | null;
  };
  program: string;
  repository: string;
  branch: string;
  commit: string;
  hash: string;
}

/** The child has the same account: it must not read this process, which has the job's token. */
function hideMemory(): void {
  const { symbols } = dlopen('libc.so.6', {
    prctl: { args: ['int', 'u64', 'u64', 'u64', 'u64'], returns: 'int' },
  });
  if (symbols.prctl(4, 0n, 0n, 0n, 0n) !== 0) throw new Error('The memory cannot be hidden.');
}

async function fetched(path: string, form?: Record<string, string>): Promise<string> {
  const body = form && new URLSearchParams(form);
  const url = process.env['BASE_INTERNAL_URL'] + path;
  const answer = await fetch(url, body ? { method: 'POST', body } : {});
  const text = await answer.text();
  if (answer.ok) return text;
  const said = JSON.parse(text);
  throw new Error(`${said.reason_code}: ${said.error_description}`);
}

async function exchange({ job, repository, branch, commit, hash }: Read): Promise<string> {
  const given = await fetched('/auth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: process.env['WM_TOKEN'] ?? '',
    subject_token_type: 'urn:windmill:params:oauth:token-type:job_token',
    nonce: crypto.randomUUID(),
    gateway_services: JSON.stringify(job.services),
    job_repository: repository,
    job_branch: branch,
    job_name: job.name,
    job_commit: commit,
    job_hash: hash,
  });
  return JSON.parse(given).access_token;
}

/** What the program wrote; not what a link of it leads to, which this process alone may read. */
function resultIn(folder: string): unknown {
  let file: number;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    file = openSync(join(folder, 'result.json'), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw new Error('result.json is not a plain file.', { cause: error });
  }
  try {
    if (!fstatSync(file).isFile()) throw new Error('result.json is not a plain file.');
    const text = Buffer.alloc(longestResult + 1);
    let length = 0;
    let got: number;
    while ((got = readSync(file, text, length, text.length - length, null)) > 0) length += got;
    if (length <= longestResult) return JSON.parse(text.toString('utf8', 0, length));
    throw new Error(`result.json is larger than ${longestResult} bytes.`);
  } finally {
    closeSync(file);
  }
}

export async function main(read: Read) {
  const { job, program } = read;
  hideMemory();
  const folder = mkdtempSync(join(tmpdir(), 'job-'));
  const client = join(folder, 'node_modules', 'millrace');
  mkdirSync(client, { recursive: true });
  writeFileSync(join(client, 'index.ts'), await fetched('/clients/millrace.ts'));
  writeFileSync(join(folder, 'program.ts'), program);
  writeFileSync(join(folder, 'start.ts'), start);
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    ...job.env,
    HOME: folder,
    TMPDIR: folder,
    JOB_ARGS: JSON.stringify(job.args),
  };
  if (job.services) {
    env['MILLRACE_GATEWAY_URL'] = process.env['BASE_INTERNAL_URL'] ?? '';
    env['MILLRACE_GATEWAY_TOKEN'] = await exchange(read);
  }
  const child = spawn(process.execPath, ['run', '--no-install', 'start.ts'], {
    env,
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...(job.timeoutS === null ? {} : { timeout: job.timeoutS * 1000, killSignal: 'SIGKILL' }),
  });
  const [code, signal] = await once(child, 'exit');
  if (signal !== null) throw new Error(`The program of ${job.name} was ended by ${signal}.`);
  if (code !== 0) throw new Error(`The program of ${job.name} ended with ${code}.`);
  return resultIn(folder);
}
