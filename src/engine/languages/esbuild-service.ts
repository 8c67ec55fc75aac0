// The one place that runs esbuild: its service is a child process that the builds of this process
// share. A build ends with its signal; a crash of the service is an error of the build.
import * as esbuild from 'esbuild';
import { AppError, messageOf } from '../../base/index.ts';

export interface Esbuild {
  /** Throws esbuild's own `BuildFailure`, or AppError `canceled`, `unprocessable`. */
  build(options: esbuild.BuildOptions, signal: AbortSignal): Promise<esbuild.BuildResult>;
  stop(): Promise<void>;
}

function isCrash(error: unknown): boolean {
  return /service (was stopped|is no longer running)/.test(messageOf(error));
}

async function buildOnce(
  options: esbuild.BuildOptions,
  signal: AbortSignal,
): Promise<esbuild.BuildResult> {
  const context = await esbuild.context(options);
  const cancel = (): void => void context.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const result = signal.aborted ? undefined : await context.rebuild();
    if (result && !signal.aborted) return result;
    throw new AppError('canceled', 'The deploy was canceled.');
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new AppError('canceled', 'The deploy was canceled.', { cause: error });
  } finally {
    signal.removeEventListener('abort', cancel);
    // After a crash there is nobody left to tell.
    await context.dispose().catch(() => undefined);
  }
}

/**
 * `tries`: how often a build may find the service dead. 2 where all that is built has been parsed
 * before, so that somebody else ended the service; 1 where the build itself is the suspect.
 */
export function createEsbuild({ tries }: { tries: 1 | 2 }): Esbuild {
  // The service starts at the first call: 30 ms that no deploy should wait for.
  const warm = esbuild.transform('').catch(() => undefined);

  /** Counts services: of several builds that saw one die, only the first may end its successor. */
  let generation = 0;

  async function restart(dead: number): Promise<void> {
    if (dead !== generation) return;
    generation += 1;
    // A stopped service is forgotten, and the next build starts a new one.
    await esbuild.stop();
  }

  async function attempt(
    options: esbuild.BuildOptions,
    signal: AbortSignal,
    left: number,
  ): Promise<esbuild.BuildResult> {
    const mine = generation;
    try {
      return await buildOnce(options, signal);
    } catch (error) {
      if (!isCrash(error)) throw error;
      await restart(mine);
      if (left > 1) return attempt(options, signal, left - 1);
      throw new AppError('unprocessable', 'The bundler crashed on this code.', {
        hint: 'A script or package may be nested too deeply; leave packages out one by one.',
        cause: error,
      });
    }
  }

  return {
    async build(options, signal) {
      await warm;
      return attempt(options, signal, tries);
    },
    async stop() {
      await warm;
      await esbuild.stop();
    },
  };
}
