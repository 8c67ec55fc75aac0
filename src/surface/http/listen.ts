// The life of the web server: binds, says where it is, drains and closes.
import { AppError } from '../../base/index.ts';
import { createAuthentication } from './authenticate.ts';
import { createGate } from './gate.ts';
import { createGuard, createRateLimit } from './rate-limit.ts';
import { createRefusals } from './refusals.ts';
import type { HttpDeps } from './running.ts';
import { createApp } from './server.ts';

export interface HttpServer {
  /** Binds; answers the port and the origin that people and programs use. */
  listen(): Promise<{ port: number; origin: string }>;
  /** From now on `/health` says that the server stops, and nobody's run is canceled by that. */
  drain(): void;
  /** Takes nothing new, lets what is under way end for a few seconds, then hangs up. */
  close(): Promise<void>;
}

/** How long answers under way may take when the server stops. */
const graceMs = 5000;

function bindError(error: unknown, host: string, port: number): AppError | undefined {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') {
    return new AppError('conflict', `Port ${port} is taken by another program.`, {
      hint: `Stop that program, or choose another port: --port ${port + 1} (MILLRACE_PORT).`,
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new AppError('forbidden', `This account may not listen on port ${port}.`, {
      hint: 'Choose a port above 1023: --port 8000 (MILLRACE_PORT).',
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new AppError('invalid_input', `This machine has no address ${host}.`, {
      hint: 'Set MILLRACE_HOST to 127.0.0.1, or to 0.0.0.0 for every address.',
      cause: error,
    });
  }
  return undefined;
}

/** One person types slower. */
const loginsPerMinute = 20;

export function createHttpServer(deps: HttpDeps): HttpServer {
  const { config, identity, door, clock, mcp, conformance } = deps;
  let port = config.port;
  let stopping = false;
  const origin = (): string => config.baseUrl ?? `http://127.0.0.1:${port}`;
  const draining = (): boolean => stopping;
  const authentication = createAuthentication({ identity, baseUrl: config.baseUrl });
  const rateLimit = createRateLimit({ clock, perMinute: config.anonymousPerMinute });
  const loginLimit = createRateLimit({ clock, perMinute: loginsPerMinute });
  const guarded = createGuard({ clock });
  const perMinute = config.anonymousPerMinute;
  const refusals = createRefusals({ clock, door, log: deps.log, perMinute });
  const gate = createGate({
    door,
    authentication,
    rateLimit,
    loginLimit,
    guarded,
    refusals,
    draining,
  });
  const app = createApp({ deps, gate, origin, draining });

  return {
    async listen() {
      try {
        await app.listen({ host: config.host, port: config.port });
      } catch (error) {
        await app.close();
        throw bindError(error, config.host, config.port) ?? error;
      }
      const address = app.server.address();
      if (address !== null && typeof address === 'object') ({ port } = address);
      return { port, origin: origin() };
    },
    drain() {
      stopping = true;
    },
    async close() {
      stopping = true;
      const hangUp = clock.after(graceMs, () => app.server.closeAllConnections());
      await Promise.all([mcp.stop(), conformance?.stop(), app.close()]);
      hangUp();
      await refusals.stop();
    },
  };
}
