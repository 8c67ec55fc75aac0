// The door of signature inference: picks the reader of the language.
import { createParser } from './parser.ts';
import { signatureOf } from './schema.ts';
import type { Language, ReadSignature, Signature } from './signature.ts';

// Holds no state but a child process that ends by itself when idle, and with this process.
const parser = createParser();

function readerOf(language: Language, content: string, entrypoint: string): Promise<ReadSignature> {
  const file = `script.${language === 'python3' ? 'py' : language === 'bash' ? 'sh' : 'ts'}`;
  return parser.signature({ file, content, entrypoint });
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
  return signatureOf(await readerOf(language, content, entrypoint));
}
