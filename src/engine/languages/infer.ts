// The door of signature inference: picks the reader of the language.
import type { Sandbox } from '../sandbox/index.ts';
import { checkBash, readBash } from './bash-signature.ts';
import { readGo } from './go-signature.ts';
import { createParser, type Parser } from './parser.ts';
import { checkPhp, readPhp } from './php-signature.ts';
import { readPowershell } from './powershell-signature.ts';
import { readPython } from './python-signature.ts';
import { readQuery } from './query-signature.ts';
import { checkRuby, readRuby } from './ruby-signature.ts';
import { signatureOf } from './schema.ts';
import type { Language, Signature } from './signature.ts';

/**
 * What the entry point (`main` when none is named) takes, told from the source alone; nothing of it
 * runs. Throws `unprocessable` with file, line and column when the code does not parse.
 */
export type InferSignature = (
  language: Language,
  content: string,
  entrypoint?: string,
) => Promise<Signature>;

/** With a sandbox, the interpreters that parse their own languages are confined. */
export function createInference(parser: Parser, sandbox?: Sandbox): InferSignature {
  return async (language, content, entrypoint = 'main') => {
    switch (language) {
      case 'python3':
        return signatureOf(await readPython({ file: 'script.py', content, entrypoint }, sandbox));
      case 'bash':
        await checkBash('script.sh', content, sandbox);
        return signatureOf(readBash(content));
      case 'php':
        await checkPhp('script.php', content, sandbox);
        return signatureOf(readPhp(content, entrypoint));
      case 'ruby':
        await checkRuby('script.rb', content, sandbox);
        return signatureOf(readRuby(content, entrypoint));
      case 'go':
        return signatureOf(readGo(content, entrypoint));
      case 'powershell':
        return signatureOf(readPowershell(content));
      case 'postgresql':
      case 'mysql':
      case 'graphql':
        return signatureOf(readQuery(language, content));
      default:
        return signatureOf(await parser.signature({ file: 'script.ts', content, entrypoint }));
    }
  };
}

/**
 * Inference without a sandbox; a builder's own has one. Holds no state but a child process, which
 * ends by itself when idle, and with this process.
 */
export const inferSignature: InferSignature = createInference(createParser());
