// Asks Python itself what an entry point takes (`python_signature.py` says how), in a child process
// a call: some 25 ms, and a hostile source can end nothing but that child.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { runQuietly } from './quiet-child.ts';
import type { ReadSignature } from './signature.ts';
import { syntaxError } from './syntax-error.ts';
import type { SourceFile } from './typescript-signature.ts';

type Answer =
  | { value: ReadSignature }
  | { refused: { problem: string; line: number; column: number } };

export interface Interpreter {
  file: string;
  /** Where its library is, when that is not the system's. */
  prefix: string[];
  /** Such as `3.11`. */
  version: string;
}

const program = fileURLToPath(new URL('./python_signature.py', import.meta.url));

// First those that scripts run with; then what the path says, which may be a version manager's.
const candidates = ['/usr/local/bin/python3', '/usr/bin/python3', '/opt/homebrew/bin/python3'];
const question = [
  'import sys',
  'print(sys.executable)',
  'print(sys.base_prefix)',
  'print("%d.%d" % sys.version_info[:2])',
].join('\n');

/** The real interpreter behind `file`: a version manager's shell script takes 50 ms a start. */
function askWhere(file: string): Promise<Interpreter | undefined> {
  return new Promise((resolve) => {
    execFile(file, ['-I', '-c', question], { timeout: 10_000 }, (error, stdout) => {
      const [executable = '', prefix = '', version = ''] = stdout.trim().split('\n');
      const system = prefix === '/usr' || prefix.startsWith('/usr/');
      resolve(error ? undefined : { file: executable, prefix: system ? [] : [prefix], version });
    });
  });
}

async function findInterpreter(): Promise<Interpreter | undefined> {
  for (const candidate of [...candidates.filter((path) => existsSync(path)), 'python3']) {
    const found = await askWhere(candidate);
    if (found) return found;
  }
  return undefined;
}

/** Such as `3.11`; throws `unavailable` without Python. */
export async function pythonVersion(): Promise<string> {
  return (await interpreter()).version;
}

let known: Promise<Interpreter | undefined> | undefined;

export async function interpreter(): Promise<Interpreter> {
  known ??= findInterpreter();
  const found = await known;
  if (found) return found;
  // It may be installed while the server runs.
  known = undefined;
  throw new AppError('unavailable', 'There is no Python 3 on this machine.', {
    hint: 'Install python3 where the server runs.',
  });
}

/** Throws `unprocessable` with line and column, `unavailable` without Python. */
export async function readPython(where: SourceFile, sandbox?: Sandbox): Promise<ReadSignature> {
  const { file, content, entrypoint } = where;
  const { file: python, prefix } = await interpreter();
  const script = (await sandbox?.reachable(program)) ?? program;
  const outcome = await runQuietly(
    { argv: [python, '-I', '-S', '-B', script], readOnly: [script, ...prefix], sandbox },
    JSON.stringify({ source: content, entrypoint }),
  );
  if (outcome?.status !== 0) {
    throw new AppError('unprocessable', `${file} cannot be parsed: Python gave up on it.`, {
      hint: 'It may be nested too deeply, or too large. Split it.',
      ...(outcome ? { cause: new Error(outcome.stderr.slice(-2_000)) } : {}),
    });
  }
  const answer = JSON.parse(outcome.stdout) as Answer;
  if ('value' in answer) return answer.value;
  const { problem, line, column } = answer.refused;
  throw syntaxError({ file, content, line, column }, problem);
}
