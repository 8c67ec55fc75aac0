// The parser's child process, seen from here: starts when it is first needed, answers one request
// at a time, and ends when it has been idle, or with this process. It may die of what it is given.
import { type ChildProcess, fork } from 'node:child_process';
import { AppError, type ErrorCode } from '../../base/index.ts';
import type { ParserTask } from './parser-tasks.ts';
import type { ReadSignature } from './signature.ts';

const idleMs = 20_000;
const taskMs = 20_000;

type Answer =
  | { value: ReadSignature | string }
  | { refused: { code: ErrorCode; message: string; hint?: string; details?: object } };

export interface ParserProcess {
  /** Throws what the task throws, and `unprocessable` when the process died of it. */
  run(task: ParserTask): Promise<ReadSignature | string>;
  stop(): void;
}

function tooDeep(): AppError {
  return new AppError('unprocessable', 'The code is nested too deeply to be parsed.', {
    hint: 'Flatten it: keep large literals as JSON text or as rows of a file.',
  });
}

function valueOf(answer: Answer): ReadSignature | string {
  if ('value' in answer) return answer.value;
  const { code, message, hint, details } = answer.refused;
  throw new AppError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details: { ...details } }),
  });
}

function start(): ChildProcess {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  // Without the server's environment, and keeping the server alive only while it is asked.
  const child = fork(new URL(`./parser-child.${extension}`, import.meta.url), [], {
    env: {},
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.unref();
  return child;
}

function ask(child: ChildProcess, task: ParserTask): Promise<Answer> {
  child.ref();
  child.channel?.ref();
  return new Promise<Answer>((resolve, reject) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), taskMs);
    const settle = (finish: () => void): void => {
      clearTimeout(limit);
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
      child.unref();
      child.channel?.unref();
      finish();
    };
    const onMessage = (answer: unknown): void => settle(() => resolve(answer as Answer));
    const onExit = (): void => settle(() => reject(tooDeep()));
    const onError = (error: Error): void => settle(() => reject(error));
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.on('error', onError);
    child.send(task);
  });
}

export function createParserProcess(): ParserProcess {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  function stop(): void {
    clearTimeout(idle);
    child?.kill('SIGKILL');
    child = undefined;
  }

  async function answer(task: ParserTask): Promise<ReadSignature | string> {
    clearTimeout(idle);
    if (!child?.connected) child = start();
    try {
      return valueOf(await ask(child, task));
    } finally {
      idle = setTimeout(stop, idleMs).unref();
    }
  }

  return {
    run(task) {
      const turn = queue.then(() => answer(task));
      queue = turn.catch(() => undefined);
      return turn;
    },
    stop,
  };
}
