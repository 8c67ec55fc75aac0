// The address on this machine to which a login comes back: a port of its own for one trial.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Loopback {
  redirectUri: string;
  /** The parameters with which the browser came back; rejects when `signal` aborts. */
  cameBack(signal: AbortSignal): Promise<URLSearchParams>;
  close(): void;
}

export async function openLoopback(): Promise<Loopback> {
  const arrived = Promise.withResolvers<URLSearchParams>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    if (pathname !== '/callback') {
      response.writeHead(404).end('Not here.\n');
      return;
    }
    response.end('Done: go back to the terminal. You may close this page.\n');
    arrived.resolve(searchParams);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    redirectUri: `http://127.0.0.1:${port}/callback`,
    cameBack(signal) {
      const gone = new Promise<never>((_resolve, reject) => {
        const give = (): void => reject(signal.reason as Error);
        if (signal.aborted) give();
        else signal.addEventListener('abort', give, { once: true });
      });
      return Promise.race([arrived.promise, gone]);
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
