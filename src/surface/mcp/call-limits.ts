// How much one person's models may call: so often a minute, and so many at once. A model is told to
// slow down in a result, because that is what it reads; floods are refused before (`surface/http`).
import { AppError, type Clock, createRate } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import type { CallTool } from './call-tool.ts';
import { appErrorResult } from './results.ts';

/** Calls of one person that may run at the same time; the rest of a hundred waits for nobody. */
const maxAtOnce = 100;

const personOf = ({ userId, email }: Caller): string => userId ?? email;

/** Wraps the calling of tools; `perMinute` 0: only what runs at once is limited. */
export function createCallLimits(clock: Clock, perMinute: number): (call: CallTool) => CallTool {
  const rate = createRate({
    clock,
    perMinute,
    message: 'Too many tool calls: nothing was done.',
    limit: `One person may make ${perMinute} a minute.`,
  });
  const running = new Map<string, number>();

  function enter(person: string): void {
    rate.take(person);
    const count = running.get(person) ?? 0;
    if (count >= maxAtOnce) {
      throw new AppError('rate_limited', 'Too many tool calls at once: nothing was done.', {
        hint: `${maxAtOnce} may run at the same time. Wait for some of them to end.`,
        details: { retryAfterSecs: 1 },
      });
    }
    running.set(person, count + 1);
  }

  function leave(person: string): void {
    const count = (running.get(person) ?? 1) - 1;
    if (count > 0) running.set(person, count);
    else running.delete(person);
  }

  return (call) => async (wanted) => {
    const person = personOf(wanted.caller);
    try {
      enter(person);
    } catch (error) {
      if (error instanceof AppError) return { result: appErrorResult(error) };
      throw error;
    }
    try {
      return await call(wanted);
    } finally {
      leave(person);
    }
  };
}
