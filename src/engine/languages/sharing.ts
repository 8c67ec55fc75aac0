// Work that several wait for is done once, and stops when nobody waits any more.
import { AppError } from '../../base/index.ts';

interface Shared<Value> {
  value: Promise<Value>;
  abort: AbortController;
  waiting: number;
}

/** Waits for `work`, or for the signal of this one waiter. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new AppError('canceled', 'The deploy was canceled.'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject);
  });
}

/** `makeOne` is called with a signal of its own: the one of all who wait together. */
export function createSharing<Request extends { signal: AbortSignal }, Value>(
  makeOne: (request: Request) => Promise<Value>,
) {
  const underWay = new Map<string, Shared<Value>>();

  function begin(name: string, request: Request): Shared<Value> {
    const abort = new AbortController();
    const value = makeOne({ ...request, signal: abort.signal });
    const shared: Shared<Value> = { abort, waiting: 0, value };
    underWay.set(name, shared);
    const forget = (): void => {
      if (underWay.get(name) === shared) underWay.delete(name);
    };
    void value.then(forget, forget);
    return shared;
  }

  return async (name: string, request: Request): Promise<Value> => {
    const found = underWay.get(name);
    const shared = found && !found.abort.signal.aborted ? found : begin(name, request);
    shared.waiting += 1;
    try {
      return await untilAborted(shared.value, request.signal);
    } finally {
      shared.waiting -= 1;
      if (shared.waiting === 0) shared.abort.abort();
    }
  };
}
