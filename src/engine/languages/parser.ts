// Where TypeScript is parsed. oxc recurses natively: some thousand nested brackets overflow the
// stack and end the whole process, uncatchably. So short sources, which cannot nest that deep, are
// parsed here at once, and longer ones in a child process that may die.
import { fork } from 'node:child_process';
import { AppError } from '../../base/index.ts';
import { type ParserTask, runParserTask } from './parser-tasks.ts';
import type { ReadSignature } from './signature.ts';
import { createTaskProcess } from './task-process.ts';
import type { SourceFile } from './typescript-signature.ts';

/**
 * Every level of nesting takes one token at least. Measured with 8 MiB of stack: the first crash
 * is at 4,000 levels (of three tokens each), with parentheses at 5,700.
 */
const maxTokensHere = 1_500;
const limitMs = 20_000;

/** The source as esbuild may see it, and whether it is too short to nest deep. Throws likewise. */
export type Prepare = (
  file: string,
  content: string,
) => Promise<{ contents: string; shallow: boolean }>;

export interface Parser {
  /** Throws `unprocessable` when the code does not parse or nests too deep. */
  signature(source: SourceFile): Promise<ReadSignature>;
  prepare: Prepare;
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

async function startChild() {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  // Without the server's environment.
  const child = fork(new URL(`./parser-child.${extension}`, import.meta.url), [], {
    env: {},
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.unref();
  return child;
}

export function createParser(): Parser {
  const child = createTaskProcess<ParserTask, ReadSignature | string>({
    start: startChild,
    limitMs,
    died: tooDeep,
  });

  async function run(task: ParserTask, shallow: boolean): Promise<ReadSignature | string> {
    return shallow ? runParserTask(task) : child.run(task);
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
    stop: () => child.stop(),
  };
}
