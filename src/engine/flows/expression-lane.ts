// One thread that evaluates expressions, one ask at a time, and is ended when it does not answer.
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/index.ts';
import type { ExpressionAnswer, ExpressionAsk } from './expressions.ts';

export type LaneAnswer = Omit<ExpressionAnswer, 'id'>;

/** The thread may be slow to begin; it is not the fault of an expression. */
const openingMs = 30_000;

interface Asked {
  ask: ExpressionAsk;
  resolve: (answer: LaneAnswer) => void;
}

function lost(ask: ExpressionAsk, message: string): LaneAnswer {
  const outcome = { ok: false, name: 'TimeoutError', message } as const;
  return { outcomes: ask.expressions.map(() => outcome), needs: [] };
}

export interface Lane {
  ask(wanted: Omit<ExpressionAsk, 'id' | 'limits'>): Promise<LaneAnswer>;
  stop(): Promise<void>;
}

/** `watchdogMs` is for what cannot be interrupted: the limits of the ask come first. */
export function createLane({
  clock,
  limits,
  watchdogMs,
}: {
  clock: Clock;
  limits: ExpressionAsk['limits'];
  watchdogMs: number;
}): Lane {
  let thread: Worker | undefined;
  let isReady = false;
  let current: Asked | undefined;
  let cancelWatch: (() => void) | undefined;
  let lastId = 0;
  const waiting: Asked[] = [];

  function watch(): void {
    cancelWatch?.();
    const limitMs = isReady ? watchdogMs : openingMs;
    cancelWatch = clock.after(limitMs, () => giveUp('it takes too long'));
  }

  function finish(answer: LaneAnswer): void {
    cancelWatch?.();
    const asked = current;
    current = undefined;
    asked?.resolve(answer);
    next();
  }

  function giveUp(message: string): void {
    void thread?.terminate();
    thread = undefined;
    if (current) finish(lost(current.ask, message));
  }

  function open(): Worker {
    const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
    const made = new Worker(new URL(`./expression-child.${extension}`, import.meta.url), {
      // The thread needs nothing of the server's environment.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    isReady = false;
    made.unref();
    made.on('message', (said: ExpressionAnswer | 'ready') => {
      if (made !== thread) return;
      if (said === 'ready') {
        isReady = true;
        if (current) watch();
      } else if (current?.ask.id === said.id) {
        const { id, ...answer } = said;
        void id;
        finish(answer);
      }
    });
    made.on('error', () => {
      if (made === thread) giveUp('the expression ended the thread that evaluates it');
    });
    return made;
  }

  function next(): void {
    if (current) return;
    current = waiting.shift();
    if (!current) return;
    thread ??= open();
    watch();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    thread.postMessage(current.ask);
  }

  return {
    ask: (wanted) =>
      new Promise((resolve) => {
        lastId += 1;
        waiting.push({ ask: { ...wanted, limits, id: lastId }, resolve });
        next();
      }),
    async stop() {
      const last = thread;
      thread = undefined;
      cancelWatch?.();
      for (const { ask, resolve } of [...(current ? [current] : []), ...waiting.splice(0)]) {
        resolve(lost(ask, 'the server stops'));
      }
      current = undefined;
      await last?.terminate();
    },
  };
}
