// The inside of a child that does tasks: answers each message with one, and ends with its parent.
import { AppError, messageOf } from '../../base/index.ts';
import type { TaskAnswer } from './task-process.ts';

async function answerTo<Task>(run: (task: Task) => unknown, task: Task): Promise<TaskAnswer> {
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

/** Serves until the channel closes. */
export function serveTasks<Task>(run: (task: Task) => unknown): void {
  process.on('message', (task: Task) => {
    void answerTo(run, task).then((answer) => process.send?.(answer));
  });
  process.on('disconnect', () => process.exit());
}
