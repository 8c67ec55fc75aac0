// The inside of a child that does tasks: answers each message with one, and ends with its parent.
import { AppError, messageOf } from '../../base/index.ts';
import type { TaskAnswer } from './task-process.ts';

type TaskRunner = (task: unknown) => unknown;

async function answerTo(run: TaskRunner, task: unknown): Promise<TaskAnswer> {
  try {
    return { value: await run(task) };
  } catch (error) {
    if (!(error instanceof AppError)) return { bug: messageOf(error) };
    const { code, message, hint, details } = error;
    return {
      refused: {
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
        ...(details === undefined ? {} : { details }),
      },
    };
  }
}

/** Serves until the channel closes; `run` trusts what its own parent sends. */
export function serveTasks(run: TaskRunner): void {
  process.on('message', (task) => {
    void answerTo(run, task).then((answer) => process.send?.(answer));
  });
  process.on('disconnect', () => process.exit());
}
