// A clock that goes with the time and can be moved forward: timers that fall due by a move run at
// once. For a whole server, whose parts need time that passes.
import { type Clock, systemClock } from '../../src/base/index.ts';

export interface MovingClock extends Clock {
  /** Moves the time forward and runs what is due by then. */
  pass(ms: number): void;
}

export function movingClock(): MovingClock {
  let aheadMs = 0;
  const timers = new Set<{ at: number; fire: () => void }>();
  const now = (): number => systemClock.now() + aheadMs;
  return {
    now,
    after(delayMs, run) {
      const timer = {
        at: now() + delayMs,
        fire() {
          stop();
          if (timers.delete(timer)) run();
        },
      };
      const stop = systemClock.after(delayMs, timer.fire);
      timers.add(timer);
      return () => {
        stop();
        timers.delete(timer);
      };
    },
    pass(ms) {
      aheadMs += ms;
      for (const { fire } of [...timers].filter(({ at }) => at <= now())) fire();
    },
  };
}
