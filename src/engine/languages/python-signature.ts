// Asks Python itself what an entry point takes (`python_signature.py` says how), in a child process
// a call: some 25 ms, and a hostile source can end nothing but that child.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AppError } from '../../base/index.ts';
import { runQuietly } from './quiet-child.ts';
import type { ReadSignature } from './signature.ts';
import { syntaxError } from './syntax-error.ts';
import type { SourceFile } from './typescript-signature.ts';

type Answer =
  | { value: ReadSignature }
  | { refused: { problem: string; line: number; column: number } };

const program = fileURLToPath(new URL('./python_signature.py', import.meta.url));

let found: Promise<string> | undefined;

/**
 * The real interpreter behind `python3`: what is first on the path may be a shell script of a
 * version manager, which costs 50 ms a start and needs an environment.
 */
function interpreter(): Promise<string> {
  found ??= promisify(execFile)('python3', ['-c', 'import sys; print(sys.executable)'], {
    timeout: 10_000,
  }).then(
    ({ stdout }) => stdout.trim(),
    (cause: unknown) => {
      found = undefined;
      throw new AppError('unavailable', 'There is no Python 3 on this machine.', {
        hint: 'Install python3 where the server runs, or deploy the script with its schema.',
        cause,
      });
    },
  );
  return found;
}

/** Throws `unprocessable` with line and column, `unavailable` without Python. */
export async function readPython(where: SourceFile): Promise<ReadSignature> {
  const { file, content, entrypoint } = where;
  const input = JSON.stringify({ source: content, entrypoint });
  const outcome = await runQuietly(await interpreter(), ['-I', '-S', program], input);
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
