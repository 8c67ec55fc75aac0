// What the parser is asked for, here or in its child process.
import { functionBody } from './function-form.ts';
import type { ReadSignature } from './signature.ts';
import { parseTypeScript, readTypeScript, type SourceFile } from './typescript-signature.ts';

export type ParserTask =
  | { kind: 'signature'; source: SourceFile }
  | { kind: 'check'; file: string; content: string }
  | { kind: 'functionBody'; code: string };

export function runParserTask(task: ParserTask): ReadSignature | string {
  switch (task.kind) {
    case 'signature':
      return readTypeScript(task.source);
    case 'check':
      parseTypeScript(task);
      return '';
    case 'functionBody':
      return functionBody(task.code);
  }
}
