// Where TypeScript is parsed. oxc recurses natively: some thousand nested brackets overflow the
// stack and end the whole process, uncatchably. So short sources, which cannot nest that deep, are
// parsed here at once, and longer ones in a child process that may die. It starts when it is first
// needed and ends when it has been idle.
import { type ChildProcess, fork } from 'node:child_process';
import { AppError, type ErrorCode } from '../../base/index.ts';
import { type ParserTask, runParserTask } from './parser-tasks.ts';
import type { ReadSignature } from './signature.ts';
import type { SourceFile } from './typescript-signature.ts';

/**
 * Every level of nesting takes one token at least. Measured with 8 MiB of stack: the first crash is
 * at 4,000 levels (of three tokens each), parentheses at 5,700.
 */
const maxTokensHere = 1_500;
const idleMs = 20_000;
const taskMs = 20_000;

type Answer =
  | { value: ReadSignature | string }
  | { refused: { code: ErrorCode; message: string; hint?: string; details?: object } };

export interface Parser {
  /** Throws `unprocessable` when the code does not parse or nests too deep. */
  signature(source: SourceFile): Promise<ReadSignature>;
  /** The source as esbuild may see it, and whether it is too short to nest deep. Throws likewise. */
  prepare(file: string, content: string): Promise<{ contents: string; shallow: boolean }>;
  /** See `functionBody`; `shallow` says that every source in the bundle is. */
  functionBody(code: string, shallow: boolean): Promise<string>;
  stop(): void;
}

function isShort(code: string): boolean {
  if (code.length > maxTokensHere * 20) return false;
  const tokens = /[\w$]+|[^\s\w$]/g;
  let count = 0;
  while (tokens.test(code)) {
    count += 1;
    if (count > maxTokensHere) return false;
  }
  return true;
}

function tooDeep(): AppError {
  return new AppError('unprocessable', 'The code is nested too deeply to be parsed.', {
    hint: 'Flatten it: keep large literals as JSON text or as rows of a file.',
  });
}

function valueOf(answer: Answer): ReadSignature | string {
  if ('value' in answer) return answer.value;
  const { code, message, hint, details } = answer.refused;
  throw new AppError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details: { ...details } }),
  });
}

export function createParser(): Parser {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  function stop(): void {
    clearTimeout(idle);
    child?.kill('SIGKILL');
    child = undefined;
  }

  function running(): ChildProcess {
    if (child?.connected) return child;
    const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
    // Without the server's environment. The channel alone keeps neither process alive.
    child = fork(new URL(`./parser-child.${extension}`, import.meta.url), [], {
      env: {},
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.unref();
    return child;
  }

  function ask(task: ParserTask): Promise<Answer> {
    clearTimeout(idle);
    const asked = running();
    asked.ref();
    asked.channel?.ref();
    return new Promise<Answer>((resolve, reject) => {
      const limit = setTimeout(() => asked.kill('SIGKILL'), taskMs);
      const settle = (finish: () => void): void => {
        clearTimeout(limit);
        asked.off('message', onMessage);
        asked.off('exit', onExit);
        asked.off('error', reject);
        finish();
      };
      const onMessage = (answer: unknown): void => settle(() => resolve(answer as Answer));
      const onExit = (): void => settle(() => reject(tooDeep()));
      asked.on('message', onMessage);
      asked.on('exit', onExit);
      asked.on('error', reject);
      asked.send(task);
    }).finally(() => {
      asked.unref();
      asked.channel?.unref();
      idle = setTimeout(stop, idleMs).unref();
    });
  }

  function inChild(task: ParserTask): Promise<ReadSignature | string> {
    const answer = queue.then(() => ask(task)).then(valueOf);
    queue = answer.catch(() => undefined);
    return answer;
  }

  async function run(task: ParserTask, shallow: boolean): Promise<ReadSignature | string> {
    return shallow ? runParserTask(task) : inChild(task);
  }

  return {
    signature: (source) =>
      run({ kind: 'signature', source }, isShort(source.content)) as Promise<ReadSignature>,
    async prepare(file, content) {
      const shallow = isShort(content);
      const contents = (await run({ kind: 'prepare', file, content }, shallow)) as string;
      return { contents, shallow };
    },
    functionBody: (code, shallow) =>
      run({ kind: 'functionBody', code }, shallow || isShort(code)) as Promise<string>,
    stop,
  };
}
