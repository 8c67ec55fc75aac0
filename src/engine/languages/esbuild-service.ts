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

export function createEsbuild(): Esbuild {
  // The service starts at the first call: 30 ms that no deploy should wait for.
  const warm = esbuild.transform('').catch(() => undefined);
  return {
    async build(options, signal) {
      await warm;
      try {
        return await buildOnce(options, signal);
      } catch (error) {
        if (!isCrash(error)) throw error;
        // A stopped service is forgotten, and the next build starts a new one.
        await esbuild.stop();
        throw new AppError('unprocessable', 'The bundler crashed on this code.', {
          hint: 'A script or package may be nested too deeply; leave packages out one by one.',
          cause: error,
        });
      }
    },
    async stop() {
      await warm;
      await esbuild.stop();
    },
  };
}
