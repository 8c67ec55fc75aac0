// Where TypeScript is parsed. oxc recurses natively: some thousand nested brackets overflow the
// stack and end the whole process, uncatchably. So short sources, which cannot nest that deep, are
// parsed here at once, and longer ones in a child process that may die.
import { createParserProcess } from './parser-process.ts';
import { type ParserTask, runParserTask } from './parser-tasks.ts';
import type { ReadSignature } from './signature.ts';
import type { SourceFile } from './typescript-signature.ts';

/**
 * Every level of nesting takes one token at least. Measured with 8 MiB of stack: the first crash
 * is at 4,000 levels (of three tokens each), with parentheses at 5,700.
 */
const maxTokensHere = 1_500;

export interface Parser {
  /** Throws `unprocessable` when the code does not parse or nests too deep. */
  signature(source: SourceFile): Promise<ReadSignature>;
  /** The source as esbuild may see it, and whether it is too short to nest deep. Throws too. */
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

export function createParser(): Parser {
  const child = createParserProcess();

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
