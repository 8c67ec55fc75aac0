// Where TypeScript is parsed. oxc recurses natively: some thousand nested brackets overflow the
// stack and end the whole process, uncatchably. So sources that cannot nest that deep are parsed
// here at once, and others in a child process that may die.
import { fork } from 'node:child_process';
import { AppError } from '../../base/index.ts';
import { type ParserTask, runParserTask } from './parser-tasks.ts';
import type { ReadSignature } from './signature.ts';
import { createTaskProcess } from './task-process.ts';
import type { SourceFile } from './typescript-signature.ts';

/**
 * Every level of nesting takes a bracket, an operator or one of these words. Measured with 8 MiB of
 * stack: the first crash is at 4,000 levels (of template literals), with parentheses at 5,700.
 */
const maxNestersHere = 1_500;
/** Longer sources would hold up everybody else meanwhile. */
const maxLengthHere = 60_000;
const nesters = new RegExp(
  [
    /[([{<.=+\-*/%!~?:&|^>`@#]/,
    /\b(?:as|asserts|async|await|delete|do|else|extends|in|infer|instanceof|is|keyof|new)\b/,
    /\b(?:readonly|satisfies|typeof|unique|void|yield)\b/,
  ]
    .map((part) => part.source)
    .join('|'),
  'g',
);
const limitMs = 20_000;

/** The source as esbuild may see it, and whether it cannot nest deep. Throws likewise. */
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

/** Whether the code is short and cannot nest deep, whatever it says. */
function isShallow(code: string): boolean {
  if (code.length > maxLengthHere) return false;
  nesters.lastIndex = 0;
  let count = 0;
  while (nesters.test(code)) {
    count += 1;
    if (count > maxNestersHere) return false;
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
      run({ kind: 'signature', source }, isShallow(source.content)) as Promise<ReadSignature>,
    async prepare(file, content) {
      const shallow = isShallow(content);
      const contents = (await run({ kind: 'prepare', file, content }, shallow)) as string;
      return { contents, shallow };
    },
    functionBody: (code, shallow) =>
      run({ kind: 'functionBody', code }, shallow || isShallow(code)) as Promise<string>,
    stop: () => child.stop(),
  };
}
