// How a command that failed says so: one sentence and the way out, on standard error. A stack is
// for those who ask with --debug; everything that is not an AppError is a bug and gets an id.
import { AppError, newId } from '../../base/index.ts';
import { exitCodes, isUsageError } from './command.ts';
import { tameLogs, type Terminal } from './terminal.ts';

export interface FailureStyle {
  json: boolean;
  debug: boolean;
}

/** Prints `thrown` and answers the exit code. */
export function reportFailure(thrown: unknown, terminal: Terminal, style: FailureStyle): number {
  const { err } = terminal;
  terminal.status(undefined);
  const known = thrown instanceof AppError;
  const error = known
    ? thrown
    : new AppError('internal', `This is a bug in millrace (id ${newId()}).`, {
        hint: style.debug
          ? 'Please report it with what stands below.'
          : 'Please report it with what the same command prints with --debug.',
      });
  if (style.json) {
    const { code, message, hint } = error;
    err.write(`${JSON.stringify({ error: { code, message, ...(hint ? { hint } : {}) } })}\n`);
  } else {
    err.write(`${err.paint('red', 'error:')} ${tameLogs(error.message)}\n`);
    if (error.hint) err.write(`${err.paint('dim', 'hint:')} ${tameLogs(error.hint)}\n`);
  }
  if (style.debug && thrown instanceof Error) err.write(`${thrown.stack ?? ''}\n`);
  if (known && error.code === 'canceled') return exitCodes.interrupted;
  return known && isUsageError(error) ? exitCodes.usage : exitCodes.failed;
}
