// What the parser is asked for, here or in its child process.
import { hideComputedImports } from './computed-imports.ts';
import { functionBody } from './function-form.ts';
import type { ReadSignature } from './signature.ts';
import { parseTypeScript, readTypeScript, type SourceFile } from './typescript-signature.ts';

export type ParserTask =
  | { kind: 'signature'; source: SourceFile }
  | { kind: 'prepare'; file: string; content: string }
  | { kind: 'functionBody'; code: string };

export function runParserTask(task: ParserTask): ReadSignature | string {
  switch (task.kind) {
    case 'signature':
      return readTypeScript(task.source);
    case 'prepare':
      return hideComputedImports(parseTypeScript(task), task.content);
    case 'functionBody':
      return functionBody(task.code);
  }
}
