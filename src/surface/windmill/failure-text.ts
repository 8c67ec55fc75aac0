// Errors as Windmill's clients expect them: the status with one or two lines of plain text.
import type { AppError } from '../../base/index.ts';

const prefixes: Readonly<Record<string, string>> = {
  invalid_input: 'Bad request: ',
  forbidden: 'Permission denied: ',
  insufficient_scope: 'Permission denied: ',
  not_found: 'Not found: ',
  conflict: 'Conflict: ',
  internal: 'Internal: ',
};

/** `Not found: script not found at name f/x`, then the hint on a line of its own. */
export function failureText({ code, message, hint }: AppError): string {
  const prefix = prefixes[code] ?? '';
  const line = message.startsWith(prefix) ? message : prefix + message;
  return hint === undefined ? line : `${line}\n${hint}`;
}
