// What hooks send without anybody waiting: bounded in number and in time, ended at the stop.
import { type Clock, type Log, messageOf } from '../../base/index.ts';

const maxRunning = 64;
const limitMs = 5000;

export function createBackground({ clock, log }: { clock: Clock; log: Log }) {
  const running = new Set<Promise<void>>();
  const over = new AbortController();

  async function run(hook: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const late = new AbortController();
    const cancel = clock.after(limitMs, () => late.abort());
    const signal = AbortSignal.any([late.signal, over.signal]);
    const ended = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('it took too long')), { once: true });
    });
    try {
      await Promise.race([work(signal), ended]);
    } catch (error) {
      log.warn('a hook could not notify', { hook, message: messageOf(error) });
    } finally {
      cancel();
    }
  }

  return {
    run(hook: string, work: (signal: AbortSignal) => Promise<void>): void {
      if (over.signal.aborted || running.size >= maxRunning) {
        log.warn('a hook could not notify', { hook, message: 'too many are on their way' });
        return;
      }
      const task = run(hook, work).finally(() => running.delete(task));
      running.add(task);
    },
    async stop(): Promise<void> {
      over.abort();
      await Promise.allSettled(running);
    },
  };
}
