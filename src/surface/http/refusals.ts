// Tokens that are refused: so many a minute of one address, and few rows in the audit log. The
// first leaves its row at once; the others of its minute leave one together, with their number.
import { AppError, type Clock, type Log, newId } from '../../base/index.ts';
import type { Call, Door } from '../../operation/index.ts';
import { createRateLimit, senderOf } from './rate-limit.ts';

const windowMs = 60_000;
/** Beyond this many senders at once the oldest gets its row early. */
const maxWindows = 1_000;

interface Refused {
  call: Call & { refusal: AppError };
  /** The operation. */
  name: string;
}

interface Window extends Refused {
  more: number;
  stop: () => void;
}

export interface Refusals {
  /** Throws `rate_limited` when this address was refused too often; counts nothing. */
  look(address: string): void;
  /** Counts a refusal; throws `rate_limited` when there were too many. */
  take(address: string): void;
  /** Counts and records a refusal; throws `rate_limited` when there were too many. */
  note(address: string, refused: Refused, input: () => unknown): Promise<void>;
  /** Stores the rows of the windows that are still open. */
  stop(): Promise<void>;
}

export interface RefusalsDeps {
  clock: Clock;
  door: Door;
  log: Log;
  /** 0: no limit. */
  perMinute: number;
}

export function createRefusals({ clock, door, log, perMinute }: RefusalsDeps): Refusals {
  const limit = createRateLimit({ clock, perMinute, limited: 'Of refused requests' });
  // The oldest first.
  const windows = new Map<string, Window>();

  /** Sends the call to the door, which refuses it, so that the audit log has it. */
  async function record({ call, name }: Refused, input?: unknown): Promise<void> {
    try {
      await door.invoke(call, name, input);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  async function close(key: string): Promise<void> {
    const window = windows.get(key);
    if (!window) return;
    windows.delete(key);
    window.stop();
    const { call, name, more } = window;
    if (more === 0) return;
    try {
      await record({ call: { ...call, id: newId(), times: more }, name });
    } catch (error) {
      log.error('refusals could not be recorded', { count: more, error });
    }
  }

  /** True for the first of its window. */
  function open(address: string, { call, name }: Refused): boolean {
    const { email, tokenPrefix } = call.caller;
    const key = `${senderOf(address)} ${email} ${tokenPrefix ?? ''}`;
    const known = windows.get(key);
    if (known) {
      known.more += 1;
      const same = known.call.workspace === call.workspace;
      if (!same) known.call = { ...known.call, workspace: null };
      return false;
    }
    const [oldest] = windows.keys();
    if (oldest !== undefined && windows.size >= maxWindows) void close(oldest);
    const stop = clock.after(windowMs, () => void close(key));
    windows.set(key, { call, name, more: 0, stop });
    return true;
  }

  const take: Refusals['take'] = (address) => limit.take(address, 'refused');

  return {
    look: (address) => limit.look(address, 'refused'),
    take,
    async note(address, refused, input) {
      const isFirst = open(address, refused);
      take(address);
      if (isFirst) await record(refused, input());
    },
    async stop() {
      await Promise.all([...windows.keys()].map(close));
    },
  };
}
