// The open connections to MCP servers: one for each server and credential, made when first needed,
// closed when nobody called for a while. What keeps failing is left alone for longer and longer.
import type { PriorDiscovery } from '@modelcontextprotocol/client';
import { AppError, type Clock, messageOf, sha256, type SlowTick } from '../../base/index.ts';
import { refusal } from '../reasons.ts';
import { connect, type Connection, type ConnectDeps, type Target } from './connect.ts';
import { readTools, type ToolList } from './definition.ts';

export interface Upstream {
  /** Of workspace, name and version: what was registered anew is another one. */
  key: string;
  title: string;
  limitMs: number;
}

export interface Live extends Connection {
  /** What it lists, as last seen. */
  tools: ToolList;
  listedAt: number;
}

export interface Opening {
  upstream: Upstream;
  target: Target;
  onListChanged: (live: Live) => void;
}

interface Entry {
  key: string;
  live: Promise<Live>;
  usedAt: number;
}

interface Breaker {
  failures: number;
  openUntil: number;
}

export interface ConnectionsDeps extends ConnectDeps {
  clock: Clock;
  tick: SlowTick;
}

const idleMs = 5 * 60_000;
/** Nobody learns otherwise that a server of the older era speaks the newer one by now. */
const verdictMs = 10 * 60_000;
const failuresUntilOpen = 3;
const maxPauseMs = 60_000;
const maxOpen = 500;

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && causes.length < 8;) {
    causes.push(at);
    at = (at as { cause?: unknown }).cause ?? (at as { data?: { cause?: unknown } }).data?.cause;
  }
  return causes;
}

const is401 = (error: unknown): boolean =>
  causesOf(error).some(
    (one) =>
      (one as Error).name === 'UnauthorizedError' || (one as { status?: number }).status === 401,
  );

/** The server itself said no, with a number of JSON-RPC: it lives. */
const isSaid = (error: unknown): boolean => typeof (error as { code?: unknown }).code === 'number';

function told(title: string, error: unknown): AppError {
  const own = causesOf(error).find((one) => one instanceof AppError);
  const said = messageOf(own ?? error).slice(0, 300);
  if (own instanceof AppError && own.details?.['reason_code'] !== undefined) return own;
  if (is401(error)) {
    return refusal('auth_required', `${title} does not accept your key.`, {
      hint: 'Connect the service again.',
    });
  }
  if (isSaid(error)) return refusal('upstream_failed', `${title} refused it: ${said}`);
  return refusal('upstream_unavailable', `${title} cannot be asked: ${said}`, { cause: error });
}

export type Connections = ReturnType<typeof createConnections>;

export function createConnections(deps: ConnectionsDeps) {
  const { clock } = deps;
  const entries = new Map<string, Entry>();
  const verdicts = new Map<string, { verdict: PriorDiscovery; at: number }>();
  const breakers = new Map<string, Breaker>();
  let stopLooking: (() => Promise<void>) | undefined;

  function drop(id: string): void {
    const entry = entries.get(id);
    entries.delete(id);
    entry?.live.then((live) => live.close()).catch(() => undefined);
  }

  /** How often in a row by now. */
  function failed(key: string): number {
    const failures = (breakers.get(key)?.failures ?? 0) + 1;
    const over = failures - failuresUntilOpen;
    const pauseMs = over < 0 ? 0 : Math.min(maxPauseMs, 1000 * 2 ** over);
    breakers.set(key, { failures, openUntil: clock.now() + pauseMs });
    return failures;
  }

  function assertClosed({ key, title }: Upstream): void {
    const { openUntil = 0, failures = 0 } = breakers.get(key) ?? {};
    const leftMs = openUntil - clock.now();
    if (leftMs <= 0) return;
    throw refusal('upstream_unavailable', `${title} failed ${failures} times in a row.`, {
      hint: `It is asked again in ${Math.ceil(leftMs / 1000)} seconds.`,
    });
  }

  function priorOf(id: string): PriorDiscovery | undefined {
    const kept = verdicts.get(id);
    return kept && clock.now() - kept.at < verdictMs ? kept.verdict : undefined;
  }

  /** Several callers may wait for it: none of them cancels it for the others. */
  async function open(id: string, opening: Opening, onClosed: () => void): Promise<Live> {
    const { upstream, target, onListChanged } = opening;
    const { signal } = new AbortController();
    const { limitMs } = upstream;
    let live: Live | undefined;
    const connection = await connect(deps, {
      target,
      signal,
      limitMs,
      prior: priorOf(id),
      onListChanged: () => live && onListChanged(live),
    }).catch((error: unknown) => {
      verdicts.delete(id);
      throw error;
    });
    verdicts.set(id, { verdict: connection.verdict, at: clock.now() });
    connection.onClosed(onClosed);
    try {
      const tools = readTools(await connection.list(signal, limitMs));
      live = { ...connection, tools, listedAt: clock.now() };
      return live;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  function liveOf(opening: Opening): { id: string; live: Promise<Live> } {
    const { upstream, target } = opening;
    const headers = 'address' in target ? target.headers : {};
    const id = `${upstream.key} ${sha256(JSON.stringify(headers))}`;
    const known = entries.get(id);
    if (known) {
      known.usedAt = clock.now();
      return { id, live: known.live };
    }
    const [oldest] = entries.keys();
    if (entries.size >= maxOpen && oldest !== undefined) drop(oldest);
    const leave = (): void => void (entries.get(id)?.live === live && entries.delete(id));
    const live: Promise<Live> = open(id, opening, leave);
    entries.set(id, { key: upstream.key, live, usedAt: clock.now() });
    live.catch(leave);
    return { id, live };
  }

  function ended(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      const end = (): void => reject(new Error('it took too long, or nobody waits any more'));
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  return {
    /** Works with a live connection; throws why the server cannot be asked, with its title. */
    async use<Result>(
      wanted: Opening & { signal: AbortSignal },
      work: (live: Live) => Promise<Result>,
    ): Promise<Result> {
      const { upstream, signal } = wanted;
      assertClosed(upstream);
      const { id, live } = liveOf(wanted);
      try {
        const gone = ended(signal);
        gone.catch(() => undefined);
        const result = await Promise.race([live.then(work), gone]);
        breakers.delete(upstream.key);
        return result;
      } catch (error) {
        // The caller went away: that says nothing of the server.
        const isLate = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
        if (signal.aborted && !isLate) throw error;
        const refused = told(upstream.title, error);
        if (refused.details?.['reason_code'] === 'upstream_unavailable') {
          // One slow tool must not end the calls of others on the same connection.
          if (failed(upstream.key) >= failuresUntilOpen || !isLate) drop(id);
        }
        throw refused;
      }
    },

    /** Ends those of a server that was removed or registered anew. */
    forget(key: string): void {
      for (const [id, entry] of entries) if (entry.key === key) drop(id);
      breakers.delete(key);
    },

    start(): void {
      stopLooking = deps.tick.every({
        name: 'idle connections to MCP servers',
        everyMs: 60_000,
        look() {
          for (const [id, { usedAt }] of entries) if (clock.now() - usedAt > idleMs) drop(id);
          for (const [id, { at }] of verdicts)
            if (clock.now() - at > verdictMs) verdicts.delete(id);
        },
      });
    },

    async stop(): Promise<void> {
      await stopLooking?.();
      const all = [...entries.values()];
      entries.clear();
      await Promise.all(
        all.map(({ live }) => live.then((one) => one.close()).catch(() => undefined)),
      );
    },
  };
}
