// A child process that does one task at a time and may die of it: starts when it is first needed,
// ends when it has been idle, and with this process. `task-child.ts` is its other side.
import type { ChildProcess } from 'node:child_process';
import { AppError, type ErrorCode } from '../../base/index.ts';

const idleMs = 20_000;

export type TaskAnswer =
  | { value: unknown }
  | { refused: { code: ErrorCode; message: string; hint?: string; details?: object } }
  /** A bug: neither an answer nor a refusal. */
  | { bug: string };

export interface TaskProcessOptions {
  /** Spawns the child with an `ipc` channel of advanced serialization. */
  start(): Promise<ChildProcess>;
  /** Asked before each task: true ends the child, and the task gets a new one. */
  isStale?(): Promise<boolean>;
  /** A task that takes longer ends with the child. */
  limitMs: number;
  /** What to throw when the child died of a task, or had to be killed because of the limit. */
  died(why: 'crash' | 'timeout'): AppError;
}

export interface TaskProcess<Task, Value> {
  /** Throws what the task throws, `canceled`, or what `died` says. */
  run(task: Task, signal?: AbortSignal): Promise<Value>;
  stop(): void;
}

function valueOf(answer: TaskAnswer): unknown {
  if ('value' in answer) return answer.value;
  if ('bug' in answer) throw new Error(answer.bug);
  const { code, message, hint, details } = answer.refused;
  throw new AppError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details: { ...details } }),
  });
}

function canceled(): AppError {
  return new AppError('canceled', 'The deploy was canceled.');
}

/** Sends the task and waits for the answer; the child keeps this process alive only meanwhile. */
function ask(
  child: ChildProcess,
  task: object,
  { limitMs, died, signal }: TaskProcessOptions & { signal: AbortSignal | undefined },
): Promise<TaskAnswer> {
  child.ref();
  child.channel?.ref();
  return new Promise<TaskAnswer>((resolve, reject) => {
    let why: 'crash' | 'timeout' = 'crash';
    const kill = (): void => void child.kill('SIGKILL');
    const limit = setTimeout(() => {
      why = 'timeout';
      kill();
    }, limitMs);
    signal?.addEventListener('abort', kill, { once: true });
    const settle = (finish: () => void): void => {
      clearTimeout(limit);
      signal?.removeEventListener('abort', kill);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      child.unref();
      child.channel?.unref();
      finish();
    };
    const onMessage = (answer: unknown): void => settle(() => resolve(answer as TaskAnswer));
    const onExit = (): void => settle(() => reject(signal?.aborted ? canceled() : died(why)));
    const onError = (error: Error): void => settle(() => reject(error));
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
    child.send(task);
  });
}

export function createTaskProcess<Task extends object, Value>(
  options: TaskProcessOptions,
): TaskProcess<Task, Value> {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  function stop(): void {
    clearTimeout(idle);
    child?.kill('SIGKILL');
    child = undefined;
  }

  async function answer(task: Task, signal: AbortSignal | undefined): Promise<Value> {
    clearTimeout(idle);
    if (signal?.aborted) throw canceled();
    if (child && (await options.isStale?.())) stop();
    if (!child?.connected) child = await options.start();
    try {
      return valueOf(await ask(child, task, { ...options, signal })) as Value;
    } finally {
      idle = setTimeout(stop, idleMs).unref();
    }
  }

  return {
    run(task, signal) {
      const turn = queue.then(() => answer(task, signal));
      queue = turn.catch(() => undefined);
      return turn;
    },
    stop,
  };
}
