// Warm processes: each bound to one script version and one identity for good, reused run after
// run. Decides when to start another for the same script, when to wait, and whom to end when the
// memory cap is reached (the one unused for longest).
import type { Child } from './child.ts';
import { memoryKb } from './proc.ts';
import type { PlacedRequest, RunnersContext, RunOutcome, SharedFolder } from './runner.ts';
import type { FoundRuntime } from './runtimes.ts';
import type { Spares } from './spares.ts';

const maxRuns = 1000;
const idleMs = 5 * 60_000;
const reapEveryMs = 30_000;
// Starting a process costs 15 to 40 ms of CPU: below this expected wait, waiting is cheaper.
const worthStartingMs = 5;
// A process that has answered is nearly always ready within a millisecond: worth waiting for,
// unless its run left something behind.
const settlesWithinMs = 50;
const measureEveryMs = 2000;
// A process that has grown by this much while idle is replaced.
const heapGrowthKb = 256 * 1024;
const assumedKb = 30 * 1024;

interface Member {
  child: Child;
  group: Group;
  busy: boolean;
  /** When it answered its last run, until it is ready for the next. */
  answeredAt: number | undefined;
  lastUsedAt: number;
  measuredAt: number;
  firstKb: number | undefined;
  kb: number;
}

interface Group {
  key: string;
  runtime: FoundRuntime;
  sharedFolder: SharedFolder | undefined;
  members: Member[];
  /** Processes being started for this group. */
  starting: number;
  waiting: { request: PlacedRequest; resolve(member: Member): void; reject(e: unknown): void }[];
  /** Moving average of how long a process is taken by a run. */
  typicalMs: number;
  cancelGrowth: (() => void) | undefined;
}

export interface Warm {
  run(runtime: FoundRuntime, request: PlacedRequest): Promise<RunOutcome>;
  /** Ends those that have this shared folder. */
  drop(sharedFolder: SharedFolder): Promise<void>;
  counts(): { warm: number; busy: number; memoryBytes: number };
  start(): void;
  stop(): Promise<void>;
}

export interface WarmOptions {
  memoryCapBytes: number;
  /** Processes at most for one script and identity. */
  maxPerScript: number;
}

const keyOf = (
  runtime: FoundRuntime,
  { codeHash, identity, network, limits, sharedFolder }: PlacedRequest,
): string => {
  const { memoryBytes } = limits;
  return JSON.stringify([
    codeHash,
    identity,
    runtime.runtime,
    network !== false,
    memoryBytes,
    sharedFolder?.path,
  ]);
};

export function createWarm(
  { clock, log }: RunnersContext,
  spares: Spares,
  { memoryCapBytes, maxPerScript }: WarmOptions,
): Warm {
  const groups = new Map<string, Group>();
  const members = new Set<Member>();
  let stopped = false;
  let cancelReaper: (() => void) | undefined;

  function groupOf(runtime: FoundRuntime, request: PlacedRequest): Group {
    const key = keyOf(runtime, request);
    const known = groups.get(key);
    if (known !== undefined) return known;
    const group: Group = {
      key,
      runtime,
      sharedFolder: request.sharedFolder,
      members: [],
      starting: 0,
      waiting: [],
      typicalMs: 1,
      cancelGrowth: undefined,
    };
    groups.set(key, group);
    return group;
  }

  function forget(member: Member): void {
    const { group } = member;
    members.delete(member);
    group.members = group.members.filter((other) => other !== member);
    if (group.members.length === 0 && group.starting === 0 && group.waiting.length === 0) {
      groups.delete(group.key);
    }
    void member.child.kill();
  }

  function totalKb(): number {
    let sum = 0;
    for (const { kb } of members) sum += kb;
    return sum;
  }

  function makeRoom(): void {
    if ((totalKb() + assumedKb) * 1024 <= memoryCapBytes) return;
    const idle = [...members].filter(({ busy }) => !busy);
    idle.sort((a, b) => a.lastUsedAt - b.lastUsedAt);
    for (const member of idle) {
      if ((totalKb() + assumedKb) * 1024 <= memoryCapBytes) return;
      forget(member);
    }
  }

  async function startMember(group: Group, request: PlacedRequest): Promise<void> {
    group.starting += 1;
    try {
      makeRoom();
      const { memoryBytes, maxProcesses } = request.limits;
      const network = request.network !== false;
      const { sharedFolder } = request;
      const limits = { memoryBytes, maxProcesses, network };
      const child = await spares.take(group.runtime, { ...limits, sharedFolder });
      const now = clock.now();
      const member: Member = {
        child,
        group,
        busy: true,
        answeredAt: undefined,
        lastUsedAt: now,
        measuredAt: now,
        firstKb: undefined,
        kb: assumedKb,
      };
      members.add(member);
      group.members.push(member);
      if (stopped) forget(member);
      else release(member);
    } catch (error) {
      group.waiting.shift()?.reject(error);
    } finally {
      group.starting -= 1;
    }
  }

  /** Gives a free process to the run that waits longest. */
  function release(member: Member): void {
    const next = member.group.waiting.shift();
    member.busy = next !== undefined;
    member.answeredAt = undefined;
    member.lastUsedAt = clock.now();
    next?.resolve(member);
  }

  function isSettling({ answeredAt }: Member): boolean {
    return answeredAt !== undefined && clock.now() - answeredAt < settlesWithinMs;
  }

  /** Starts another process where that is quicker than to wait; `late`: a run has waited. */
  function grow(group: Group, late: boolean): void {
    const { waiting, members: taken } = group;
    const room = maxPerScript - taken.length - group.starting;
    const missing = waiting.length - group.starting;
    const request = waiting.at(-1)?.request;
    if (request === undefined || missing <= 0 || room <= 0) return;
    const count = taken.length + group.starting;
    const waitMs = count === 0 ? Infinity : (group.typicalMs * waiting.length) / count;
    const settling = taken.filter(isSettling).length;
    if ((late || waitMs > worthStartingMs) && settling < waiting.length) {
      const more = count === 0 ? 1 : Math.min(missing, room);
      for (let started = 0; started < more; started += 1) void startMember(group, request);
    }
    group.cancelGrowth ??= clock.after(worthStartingMs, () => {
      group.cancelGrowth = undefined;
      grow(group, true);
    });
  }

  function acquire(group: Group, request: PlacedRequest): Promise<Member> {
    const free = group.members.findLast(({ busy, child }) => !busy && !child.ended);
    if (free !== undefined) {
      free.busy = true;
      return Promise.resolve(free);
    }
    return new Promise((resolve, reject) => {
      group.waiting.push({ request, resolve, reject });
      grow(group, false);
    });
  }

  /** Measures now and then; true when the process has grown too much to be kept. */
  function hasGrown(member: Member): boolean {
    const now = clock.now();
    if (member.firstKb !== undefined && now - member.measuredAt < measureEveryMs) return false;
    member.measuredAt = now;
    member.kb = 0;
    for (const pid of member.child.memoryPids()) member.kb += memoryKb(pid);
    member.firstKb ??= member.kb;
    return member.kb - member.firstKb > heapGrowthKb;
  }

  async function settle(member: Member): Promise<void> {
    const { group, child } = member;
    member.answeredAt = clock.now();
    const usable = (await child.ready()) && child.runs < maxRuns && !stopped;
    if (usable && !child.hasStrays() && !hasGrown(member)) {
      release(member);
      return;
    }
    forget(member);
    grow(group, false);
  }

  function reap(): void {
    const oldest = clock.now() - idleMs;
    for (const member of [...members]) {
      if (member.child.ended || (!member.busy && member.lastUsedAt < oldest)) forget(member);
    }
    if (!stopped) cancelReaper = clock.after(reapEveryMs, reap);
  }

  return {
    async run(runtime, request) {
      const group = groupOf(runtime, request);
      const member = await acquire(group, request);
      const outcome = await member.child.run(request);
      group.typicalMs += (outcome.durationMs - group.typicalMs) * 0.2;
      settle(member).catch((error: unknown) => log.error('a warm runner is lost', { error }));
      return outcome;
    },
    async drop(folder) {
      const held = [...members].filter((one) => one.group.sharedFolder === folder);
      held.forEach(forget);
      await Promise.all(held.map(({ child }) => child.kill()));
    },
    counts() {
      let busy = 0;
      for (const member of members) busy += member.busy ? 1 : 0;
      return { warm: members.size, busy, memoryBytes: totalKb() * 1024 };
    },
    start: reap,
    async stop() {
      stopped = true;
      cancelReaper?.();
      for (const group of groups.values()) group.cancelGrowth?.();
      await Promise.all([...members].map(({ child }) => child.kill()));
    },
  };
}
