// Which errors are nobody's: trouble of the system that another look may find gone. They neither
// fail a step nor a flow; it goes on when the trouble is over.
import { AppError } from '../../base/index.ts';

/**
 * All else ends what it happened to, errors of the process among them, which no test can call up
 * from outside: no process can be started, say.
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'unavailable';
  // What PostgreSQL says has a severity; 22 and 54 refuse these very values, now and later.
  const { severity, code } = error as { severity?: string; code?: unknown };
  return severity !== undefined && !/^(22|54)/.test(String(code));
}

/** Is it about what a person wrote, so that the step fails with it? */
export function isVerdict(error: unknown): error is AppError {
  return error instanceof AppError && !mayPass(error);
}
