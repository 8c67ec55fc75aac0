// Python: processes that fork a child for each run. A zygote is bound to one identity; its lanes
// (a request and a log socket each) carry that many runs at a time. It ends when it is odd in any
// way: a run left processes behind, crashed without an answer, or broke the protocol.
import { type Channel, createChannel, parseReply } from './channel.ts';
import { type ChildContext, runGuarded } from './child.ts';
import { createFrameReader, encodeFrame } from './frames.ts';
import { howItEnded, type Launched, launch } from './launch.ts';
import { childrenOf, descendants, memoryKb, namespacePid } from './proc.ts';
import { lanesPerZygote, type RunOutcome, type RunRequest } from './runner.ts';
import type { FoundRuntime } from './runtimes.ts';

const zygoteMemoryBytes = 1024 * 1_048_576;
const zygoteProcesses = 64;
// A zygote that does not end a run within this time is ended itself.
const killWithinMs = 300;
const crashLogMs = 30;

interface Lane {
  number: number;
  channel: Channel;
  state: 'free' | 'busy' | 'broken';
  /** Pid of the run's process as the zygote numbers it. */
  pid: number | undefined;
  /** The same, kept after its end until the next run. */
  lastPid: number | undefined;
}

export interface Zygote {
  readonly ended: boolean;
  /** It takes no more runs. */
  readonly retired: boolean;
  readonly busyLanes: number;
  readonly freeLanes: number;
  lastUsedAt: number;
  /** Resolves true once it can fork. */
  ready(): Promise<boolean>;
  /** Only with a free lane. undefined when the zygote ended before it forked: nothing has run. */
  run(request: RunRequest): Promise<RunOutcome | undefined>;
  memoryKb(): number;
  kill(): Promise<void>;
}

/** `begin` is called when the request is sent, not before: a canceled run is never forked for. */
function exchangeOf(request: RunRequest, begin: () => void) {
  const { entrypoint, parameters, args, checkpoint, env, code, packages, limits } = request;
  const { maxResultBytes } = limits;
  const fields = { entrypoint, parameters, args, checkpoint, env, code, packages, maxResultBytes };
  return {
    encode(id: string, mark: string) {
      begin();
      return JSON.stringify({ id, mark, ...fields });
    },
    parse: parseReply,
  };
}

/** Processes of the run on `lane`; its own is a child of the zygote, which bubblewrap may wrap. */
function membersOf(launched: Launched, lane: Lane): number[] {
  if (lane.pid === undefined) return [];
  const near = childrenOf(launched.pid).flatMap((pid) => [pid, ...childrenOf(pid)]);
  const root = near.find((pid) => namespacePid(pid) === lane.pid);
  return root === undefined ? [] : descendants(root);
}

/** Of wait(2): a signal in the low bits, else an exit code above them. */
const ofWaitStatus = (status: number): string =>
  (status & 127) === 0 ? howItEnded(status >> 8, null) : howItEnded(128 + (status & 127), null);

function createLanes(launched: Launched, broken: (lane: Lane) => void): Lane[] {
  return Array.from({ length: lanesPerZygote }, (_, number) => {
    const control = launched.extra[number * 2];
    const log = launched.extra[number * 2 + 1];
    if (control === undefined || log === undefined) throw new Error('a zygote without its lanes');
    const lane: Lane = {
      number,
      state: 'free',
      pid: undefined,
      lastPid: undefined,
      channel: createChannel(
        { control, log },
        { onReady: () => broken(lane), onRetired: () => {}, onViolation: () => broken(lane) },
      ),
    };
    return lane;
  });
}

/** Starts a zygote; it serves nobody in particular until its first run. */
export async function startZygote(
  context: ChildContext,
  { runtime, network }: { runtime: FoundRuntime; network: boolean },
): Promise<Zygote> {
  const { clock, sandbox } = context;
  const launched = await launch(context, {
    runtime,
    memoryBytes: zygoteMemoryBytes * lanesPerZygote,
    maxProcesses: zygoteProcesses,
    network,
    extraSockets: lanesPerZygote * 2,
    // As the first process of its namespace no run can kill it.
    asFirstProcess: sandbox.kind === 'bwrap',
  });
  const readiness = Promise.withResolvers<boolean>();
  let ended = false;
  let retired = false;
  const lanes = createLanes(launched, (lane) => {
    lane.state = 'broken';
    end(lane);
  });

  function send(verb: 'go' | 'kill', lane: Lane): void {
    if (!ended) launched.control.write(encodeFrame(`${verb} ${lane.number}`));
  }

  /** Ends the run on a lane; where that does not work, everything. */
  function end(lane: Lane): void {
    send('kill', lane);
    clock.after(killWithinMs, () => {
      if (lane.pid !== undefined) void kill();
    });
  }

  function retire(): void {
    retired = true;
    if (lanes.every(({ state }) => state !== 'busy')) void kill();
  }

  /** `E <lane> <wait status> <1 when processes are left>`: the run's process has ended. */
  function onEnd(lane: Lane, status: number, left: boolean): void {
    lane.pid = undefined;
    const unanswered = lane.state === 'busy' && lane.channel.waits();
    if (unanswered) {
      // What it printed last may still be on its way; the lane is not used again.
      lane.state = 'broken';
      clock.after(crashLogMs, () => {
        // After a stall of this process timers come before what is in the sockets, perhaps a whole
        // answer: `setImmediate` comes after one more look at these.
        setImmediate(() => {
          lane.channel.closed(ofWaitStatus(status));
          retire();
        });
      });
    } else if (lane.state === 'busy') {
      lane.state = 'free';
    }
    if (left || retired) retire();
  }

  const frames = createFrameReader(
    () => 64,
    (payload) => {
      const [verb, number, value, left] = payload.toString('latin1').split(' ');
      const lane = lanes[Number(number)];
      if (verb === 'R') readiness.resolve(true);
      else if (verb === 'P' && lane !== undefined) lane.pid = lane.lastPid = Number(value);
      else if (verb === 'E' && lane !== undefined) onEnd(lane, Number(value), left === '1');
      else throw new Error('no word of a zygote');
    },
  );
  launched.control.on('data', (chunk: Buffer) => {
    try {
      frames.push(chunk);
    } catch {
      void kill();
    }
  });
  launched.control.on('error', () => {});
  // Its own output: what the interpreter says when it cannot start.
  launched.log.on('data', (chunk: Buffer) => {
    context.log.warn('a Python zygote complains', { text: chunk.toString('utf8', 0, 500) });
  });
  void launched.ended.then((how) => {
    ended = true;
    readiness.resolve(false);
    for (const { channel } of lanes) channel.closed(how);
  });

  function kill(): Promise<void> {
    retired = true;
    return launched.kill();
  }

  const lanesIn = (state: Lane['state']): number =>
    lanes.filter((lane) => lane.state === state).length;

  const zygote: Zygote = {
    get ended() {
      return ended;
    },
    get retired() {
      return retired;
    },
    get busyLanes() {
      return lanesIn('busy');
    },
    get freeLanes() {
      return retired ? 0 : lanesIn('free');
    },
    lastUsedAt: clock.now(),
    ready: () => readiness.promise,
    async run(request) {
      const lane = lanes.find(({ state }) => state === 'free');
      if (lane === undefined || retired) throw new Error('a run for a zygote without a free lane');
      lane.state = 'busy';
      zygote.lastUsedAt = clock.now();
      lane.lastPid = undefined;
      let begun = false;
      const begin = (): void => {
        begun = true;
        send('go', lane);
      };
      const outcome = await runGuarded(context, lane.channel, {
        request,
        exchange: exchangeOf(request, begin),
        members: () => membersOf(launched, lane),
        hitWall: launched.hitWall,
        // What forks without end would outrun the zygote: only the end of everything stops it.
        kill: (reason) => (reason === 'processes' ? void kill() : end(lane)),
      });
      if (!begun) lane.state = 'free';
      const neverForked = begun && lane.lastPid === undefined && outcome.killed === 'crash';
      return neverForked ? undefined : outcome;
    },
    memoryKb() {
      let sum = 0;
      for (const pid of launched.members()) sum += memoryKb(pid);
      return sum;
    },
    kill,
  };
  return zygote;
}
