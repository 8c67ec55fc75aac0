// One harness process as the pools see it: idle, busy or ended; runs one request at a time.
// The process decides itself whether it can serve another run, by saying that it is ready.
import { monotonicMs } from '../../base/index.ts';
import { bashExchange } from './bash.ts';
import { type Channel, createChannel, type Exchange, parseReply, type Reply } from './channel.ts';
import { guardRun, killedJson } from './guard.ts';
import { type LaunchContext, type LaunchOptions, launch } from './launch.ts';
import type { Killed, RunOutcome, RunRequest, Runtime } from './runner.ts';
import { mapStack } from './stack.ts';
import type { Watcher } from './watcher.ts';

// A run that left a timer or socket behind never becomes ready; more than this is not waited for.
const readyWithinMs = 250;

export interface ChildContext extends LaunchContext {
  watcher: Watcher;
}

export interface Child {
  readonly runtime: Runtime;
  readonly pid: number;
  /** Runs that it has served. */
  readonly runs: number;
  readonly ended: boolean;
  /** Resolves true when it waits for a request, false when it never will again. */
  ready(): Promise<boolean>;
  run(request: RunRequest): Promise<RunOutcome>;
  memoryPids(): number[];
  /** The last run left a process behind. */
  hasStrays(): boolean;
  kill(): Promise<void>;
}

function failure(json: string, code: string): string {
  const error = JSON.parse(json) as { stack?: string };
  if (typeof error.stack === 'string') error.stack = mapStack(error.stack, code);
  return JSON.stringify({ error });
}

function outcomeOf(
  request: RunRequest,
  reply: Reply,
): Pick<RunOutcome, 'success' | 'resultJson' | 'suspendJson'> {
  if (reply.suspended) return { success: true, resultJson: 'null', suspendJson: reply.json };
  return reply.success
    ? { success: true, resultJson: reply.json }
    : { success: false, resultJson: failure(reply.json, request.code) };
}

function heapExhausted(lastLog: string): boolean {
  return /heap out of memory|out of memory|Allocation failed/i.test(lastLog);
}

export interface GuardedRun {
  request: RunRequest;
  exchange: Pick<Exchange, 'encode' | 'parse' | 'onOutput'>;
  members(): number[];
  hitWall(): boolean;
  kill(reason: Killed): void;
}

/** Runs one request over `channel` under its limits. */
export async function runGuarded(
  { watcher, clock }: ChildContext,
  channel: Channel,
  run: GuardedRun,
): Promise<RunOutcome> {
  const { request } = run;
  const { maxResultBytes, maxLogBytes } = request.limits;
  const startedAt = monotonicMs();
  let lastLog = '';
  const guard = guardRun(run, clock, watcher);
  const killedBy = (killed: Killed, detail?: string): RunOutcome => ({
    success: false,
    resultJson: killedJson(killed, request, detail),
    durationMs: monotonicMs() - startedAt,
    memPeakKb: guard.peakKb(),
    killed,
  });
  function onLog(text: string): void {
    lastLog = (lastLog + text).slice(-2000);
    request.onLog(text);
  }
  try {
    const before = guard.killed();
    if (before !== null) return killedBy(before);
    const reply = await channel.exchange({ ...run.exchange, maxResultBytes, maxLogBytes, onLog });
    if ('broken' in reply) {
      const ownEnd = heapExhausted(lastLog) ? 'memory' : 'crash';
      return killedBy(guard.killed() ?? ownEnd, reply.broken);
    }
    if (!reply.success && run.hitWall()) {
      run.kill('processes');
      return killedBy('processes');
    }
    const memPeakKb = Math.max(reply.memPeakKb ?? 0, guard.peakKb() ?? 0) || null;
    const durationMs = monotonicMs() - startedAt;
    return { ...outcomeOf(request, reply), durationMs, memPeakKb, killed: null };
  } finally {
    guard.end();
  }
}

interface Readiness {
  set(state: 'unknown' | 'ready' | 'never'): void;
  wait(): Promise<boolean>;
}

/** Whether a child waits for a request; `never` is final. */
function createReadiness(): Readiness {
  let current: 'unknown' | 'ready' | 'never' = 'unknown';
  const waiting: ((ready: boolean) => void)[] = [];
  return {
    set(state) {
      if (current === 'never') return;
      current = state;
      if (state === 'unknown') return;
      for (const resolve of waiting.splice(0)) resolve(state === 'ready');
    },
    wait() {
      if (current !== 'unknown') return Promise.resolve(current === 'ready');
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** How a JavaScript harness is asked; it keeps the code, so only the first request carries it. */
function scriptExchange(request: RunRequest, withCode: boolean): GuardedRun['exchange'] {
  const { entrypoint, parameters, args, checkpoint, env, code, limits } = request;
  const { maxResultBytes } = limits;
  const reuse = request.isolation === 'warm';
  const fields = { entrypoint, parameters, args, checkpoint, env, maxResultBytes, reuse };
  return {
    encode: (id, mark) => JSON.stringify({ id, mark, ...fields, ...(withCode ? { code } : {}) }),
    parse: parseReply,
  };
}

/** Starts a harness process of `options.runtime`. */
export async function startChild(context: ChildContext, options: LaunchOptions): Promise<Child> {
  const launched = await launch(context, options);
  const readiness = createReadiness();
  const { runtime } = options.runtime;
  let runs = 0;
  /** Times that it said it waits for a request. */
  let waits = 0;
  let ended = false;
  const channel = createChannel(launched, {
    onReady() {
      // The word of its start may come after it was given its first run: it counts for that only.
      waits += 1;
      if (waits === runs + 1) readiness.set('ready');
      else if (waits > runs + 1) void kill();
    },
    onRetired: (reason) => context.log.debug('a runner retires', { runtime, runs, reason }),
    onViolation: () => void kill(),
  });
  void launched.ended.then((how) => {
    ended = true;
    readiness.set('never');
    channel.closed(how);
  });

  function kill(): Promise<void> {
    ended = true;
    readiness.set('never');
    return launched.kill();
  }

  return {
    runtime,
    pid: launched.pid,
    get runs() {
      return runs;
    },
    get ended() {
      return ended;
    },
    ready: () => readiness.wait(),
    async run(request) {
      readiness.set('unknown');
      const exchange =
        runtime === 'bash' ? bashExchange(request) : scriptExchange(request, runs === 0);
      runs += 1;
      const outcome = await runGuarded(context, channel, {
        request,
        exchange,
        members: launched.members,
        hitWall: launched.hitWall,
        kill: () => void kill(),
      });
      const stop = context.clock.after(readyWithinMs, () => readiness.set('never'));
      void readiness.wait().then(stop);
      return outcome;
    },
    memoryPids: launched.members,
    hasStrays: launched.hasStrays,
    kill,
  };
}
