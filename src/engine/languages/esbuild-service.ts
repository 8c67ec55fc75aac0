// The one place that runs esbuild: its service is a child process that all builds share. A build is
// bounded in time and ends with its signal; a source that crashes the service (packages may nest as
// deep as they like) costs the others a second try, and itself an error.
import * as esbuild from 'esbuild';
import { AppError, messageOf } from '../../base/index.ts';

const limitMs = 60_000;

export interface Esbuild {
  /** Throws esbuild's own `BuildFailure`, or AppError `canceled`, `timeout`, `unprocessable`. */
  build(options: esbuild.BuildOptions, signal: AbortSignal): Promise<esbuild.BuildResult>;
  stop(): Promise<void>;
}

function isCrash(error: unknown): boolean {
  return /service (was stopped|is no longer running)/.test(messageOf(error));
}

function canceled(): AppError {
  return new AppError('canceled', 'The deploy was canceled.');
}

async function buildOnce(
  options: esbuild.BuildOptions,
  signal: AbortSignal,
): Promise<esbuild.BuildResult> {
  const context = await esbuild.context(options);
  let timedOut = false;
  const cancel = (): void => void context.cancel();
  const limit = setTimeout(() => {
    timedOut = true;
    cancel();
  }, limitMs);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    if (signal.aborted) throw canceled();
    return await context.rebuild();
  } catch (error) {
    if (signal.aborted) throw canceled();
    if (!timedOut) throw error;
    throw new AppError('timeout', 'Bundling took more than a minute.', {
      hint: 'Import fewer or smaller packages, or only the parts of them that are used.',
    });
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', cancel);
    // After a crash there is nobody left to tell.
    await context.dispose().catch(() => undefined);
  }
}

export function createEsbuild(): Esbuild {
  /** Counts services, so that of several builds that saw one crash only the first starts anew. */
  let generation = 0;
  let alone: Promise<unknown> = Promise.resolve();
  // The service starts at the first call: 30 ms that no deploy should wait for.
  const warm = esbuild.transform('').catch(() => undefined);

  async function restart(crashed: number): Promise<void> {
    if (crashed !== generation) return;
    generation += 1;
    await esbuild.stop();
  }

  /** One at a time, so that whoever crashes it again is known. */
  function again(options: esbuild.BuildOptions, signal: AbortSignal): Promise<esbuild.BuildResult> {
    const turn = alone.then(async () => {
      const mine = generation;
      try {
        return await buildOnce(options, signal);
      } catch (error) {
        if (!isCrash(error)) throw error;
        await restart(mine);
        throw new AppError('unprocessable', 'The bundler crashed on this code.', {
          hint: 'A script or package may be nested too deeply; leave packages out one by one.',
          cause: error,
        });
      }
    });
    alone = turn.catch(() => undefined);
    return turn;
  }

  return {
    async build(options, signal) {
      await warm;
      const mine = generation;
      try {
        return await buildOnce(options, signal);
      } catch (error) {
        if (!isCrash(error)) throw error;
        await restart(mine);
        return again(options, signal);
      }
    },
    async stop() {
      await warm;
      await alone;
      await esbuild.stop();
    },
  };
}
