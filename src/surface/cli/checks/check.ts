// What doctor asks of a machine: one question a check, with a fix for a bad answer.
import { messageOf } from '../../../base/index.ts';

export interface Finding {
  ok: boolean;
  /** What was found, one line. */
  detail: string;
  /** What to do about it, one line; only where `ok` is false. */
  fix?: string;
}

export interface Check {
  name: string;
  /** A check that throws is a problem of its own: it is reported, not passed on. */
  run(signal: AbortSignal): Promise<Finding>;
}

export interface Checked extends Finding {
  name: string;
}

export const well = (detail: string): Finding => ({ ok: true, detail });
export const problem = (detail: string, fix: string): Finding => ({ ok: false, detail, fix });

async function runOne({ name, run }: Check, limitMs: number): Promise<Checked> {
  const signal = AbortSignal.timeout(limitMs);
  const late = new Promise<Finding>((resolve) => {
    const tell = (): void =>
      resolve(problem(`no answer within ${limitMs / 1000} s`, 'Try again when it is less busy.'));
    signal.addEventListener('abort', tell, { once: true });
  });
  // The signal's own timer does not keep the process alive.
  const alive = setInterval(() => {}, limitMs);
  try {
    return { name, ...(await Promise.race([run(signal), late])) };
  } catch (error) {
    const hint = (error as { hint?: unknown } | null)?.hint;
    const fix = typeof hint === 'string' ? hint : 'Run it again with --debug.';
    return { name, ...problem(messageOf(error), fix) };
  } finally {
    clearInterval(alive);
  }
}

/** Runs the checks one after the other, so that none disturbs the figures of another. */
export async function runChecks(
  checks: readonly Check[],
  { limitMs = 30_000, onStart }: { limitMs?: number; onStart?: (name: string) => void } = {},
): Promise<Checked[]> {
  const done: Checked[] = [];
  for (const check of checks) {
    onStart?.(check.name);
    done.push(await runOne(check, limitMs));
  }
  return done;
}
