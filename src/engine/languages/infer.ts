// The door of signature inference: picks the reader of the language.
import { checkBash, readBash } from './bash-signature.ts';
import { createParser } from './parser.ts';
import { readPython } from './python-signature.ts';
import { signatureOf } from './schema.ts';
import type { Language, ReadSignature, Signature } from './signature.ts';

// Holds no state but a child process that ends by itself when idle, and with this process.
const parser = createParser();

async function read(
  language: Language,
  content: string,
  entrypoint: string,
): Promise<ReadSignature> {
  switch (language) {
    case 'python3':
      return readPython({ file: 'script.py', content, entrypoint });
    case 'bash':
      await checkBash('script.sh', content);
      return readBash(content);
    default:
      return parser.signature({ file: 'script.ts', content, entrypoint });
  }
}

/**
 * What the entry point takes, told from the source alone; nothing of it runs.
 * Throws `unprocessable` with file, line and column when the code does not parse.
 */
export async function inferSignature(
  language: Language,
  content: string,
  entrypoint = 'main',
): Promise<Signature> {
  return signatureOf(await read(language, content, entrypoint));
}
