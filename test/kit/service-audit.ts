// The log of service calls alone, behind a real door on a database, with a clock that stands still
// until the test moves it. The whole gateway is in test/gateway.
import {
  type Clock,
  createLog,
  createMetrics,
  createSlowTick,
  newId,
  sha256,
} from '../../src/base/index.ts';
import { createServiceAudit, type ServiceAudit } from '../../src/gateway/audit/index.ts';
import {
  anonymous,
  authoriseStage,
  type Caller,
  createCatalog,
  createDoor,
  resolveStage,
  type Role,
  validateStage,
} from '../../src/operation/index.ts';
import type { Database } from '../../src/store/index.ts';

const noon = 1_800_014_400_000;

export interface HeldClock extends Clock {
  pass(ms: number): void;
}

function heldClock(startsAt = noon): HeldClock {
  let now = startsAt;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass(ms) {
      now += ms;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        if (timers.delete(timer)) timer.run();
      }
    },
  };
}

type Facts = Parameters<ServiceAudit['begin']>[0];

export interface TestServiceAudit {
  audit: ServiceAudit;
  clock: HeldClock;
  logLines: string[];
  /** Alerts that went out. */
  sent: { url: string; body: { text: string } }[];
  /** Facts of a call of jira.search by ann in `home`, with what is said. */
  facts(said?: Partial<Facts>): Facts;
  /** A call that goes through. */
  done(said?: Partial<Facts>, bytesOut?: number): Promise<string>;
  /** As `ann` (an admin), unless told otherwise. */
  op(name: string, input?: object, who?: Caller): Promise<any>;
}

export const annId = '0190a0a0-0000-7000-8000-000000000001';
export const benId = '0190a0a0-0000-7000-8000-000000000002';

export function person(userId: string, username: string, role: Role): Caller {
  const folders = { read: [], write: [], own: [] };
  return {
    ...anonymous,
    kind: 'session',
    userId,
    email: `${username}@example.com`,
    scopes: null,
    readOnly: false,
    membership: { workspace: 'home', username, role, groups: ['all'], folders },
  };
}

const names = [
  { id: annId, email: 'ann@example.com', username: 'ann' },
  { id: benId, email: 'ben@example.com', username: 'ben' },
];

/** One process of the log. `settings` of one are heard by the others that share `revisions`. */
export function testServiceAudit(
  db: Database,
  { clock = heldClock(), revisions = new Map<string, number>() } = {},
): TestServiceAudit {
  const logLines: string[] = [];
  const sent: TestServiceAudit['sent'] = [];
  const log = createLog('debug', (line) => logLines.push(line));
  const audit = createServiceAudit({
    db,
    clock,
    tick: createSlowTick({ clock, log }),
    log,
    metrics: createMetrics(),
    deriveKey: async (purpose) => Buffer.from(sha256(`master ${purpose}`), 'hex'),
    changes: {
      revision: (workspace) => String(revisions.get(workspace) ?? 0),
      changed: (workspace) => {
        revisions.set(workspace, (revisions.get(workspace) ?? 0) + 1);
      },
    },
    people: {
      namesOf: async (_workspace, ids) => names.filter(({ id }) => ids.includes(id)),
      idOf: async (_workspace, who) =>
        names.find((name) => [name.id, name.email, name.username].includes(who))?.id,
    },
    sealer: {
      seal: async (_workspace, { use, value }) => Buffer.from(`${use} ${value}`).toString('base64'),
      open: async (_workspace, { use, value }) =>
        Buffer.from(value, 'base64')
          .toString()
          .slice(use.length + 1),
    },
    egress: {
      fetch: async (url, request) => {
        sent.push({ url: url, body: JSON.parse(String(request?.body)) });
        return new Response('ok');
      },
    },
  });
  const catalog = createCatalog([audit.operations]);
  const relations = { extraPerms: async () => undefined };
  const stages = [resolveStage(catalog), validateStage, authoriseStage(relations)];
  const door = createDoor(catalog, stages);
  const facts: TestServiceAudit['facts'] = (said = {}) => ({
    id: newId(),
    workspace: 'home',
    subject: annId,
    service: 'jira',
    action: 'search',
    class: 'read',
    params: { query: 'mine' },
    ...said,
  });
  return {
    audit,
    clock,
    logLines,
    sent,
    facts,
    async done(said, bytesOut = 100) {
      const begun = await audit.begin(facts(said));
      await begun.complete({ decision: 'allowed', bytesOut });
      return begun.id;
    },
    op: (name, input = {}, who = person(annId, 'ann', 'admin')) =>
      door.invoke(
        {
          id: newId(),
          caller: who,
          workspace: 'home',
          surface: 'rest',
          signal: new AbortController().signal,
          causedBy: null,
          depth: 0,
        },
        `serviceAudit.${name}`,
        input,
      ),
  };
}
