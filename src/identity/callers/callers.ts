// From a token to the caller: one immutable snapshot with everything that `authorise` needs.
// Kept for a few seconds and dropped at once when anything changes, here or in another process.
import { type Clock, type Log, sha256 } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { workspaceIdPattern } from '../names.ts';
import { createCache } from './cache.ts';
import { createLastUsed } from './last-used.ts';
import { createCallerReader, type Known, type StarsOf } from './read.ts';

/** Port: what a job's token says; the engine knows which jobs run. */
export interface JobTokens {
  find(token: string): Promise<
    | {
        jobId: string;
        workspace: string;
        /** Whom the job acts for; a group by its principal, `g/<name>`. */
        username: string;
        /** Of the token that started it; null: the person's full rights. */
        scopes: string[] | null;
      }
    | undefined
  >;
}

/** Port: what a delegated token says; the gateway knows which are good, at this moment. */
export interface DelegatedTokens {
  find(token: string): Promise<
    | {
        workspace: string;
        /** Whom it acts for. */
        userId: string;
        /** The first characters, for audit. */
        prefix: string;
        /** The address that it is good at, as a path. */
        audience: string;
        delegation: NonNullable<Caller['delegation']>;
      }
    | undefined
  >;
}

const jobTokenPrefix = 'mrj_';
const delegatedTokenPrefix = 'gwd_';
/** Far more than any has; what is longer is none, and is not remembered either. */
const maxTokenChars = 200;
const cacheOptions = { keepMs: 5_000, keepNoneMs: 2_000, maxEntries: 10_000 };

/** What can be no workspace is one place, so that made-up ones do not fill the cache. */
function placeOf(workspace: string | null): string | null {
  return workspace === null || workspaceIdPattern.test(workspace) ? workspace : '?';
}

export interface Callers {
  /** Undefined: unknown, expired, revoked or disabled. */
  ofToken(token: string, workspace: string | null): Promise<Caller | undefined>;
  /**
   * Somebody with full rights in a workspace, for a job that runs in the background; a group by
   * its principal, `g/<name>`.
   */
  ofMember(workspace: string, username: string): Promise<Caller | undefined>;
  /** The same of a person by id. */
  ofPerson(workspace: string, userId: string): Promise<Caller | undefined>;
  /** The caller with the stars that its scopes follow, if they do. */
  withStars(caller: Caller): Promise<Caller>;
  /** Something changed: every snapshot is old. */
  clear(): void;
  /** Writes what is known of the last use of tokens. */
  flush(): Promise<void>;
}

export function createCallers({
  db,
  clock,
  log,
  jobTokens,
  delegatedTokens,
  starsOf,
}: {
  db: Database;
  clock: Clock;
  log: Log;
  jobTokens: JobTokens;
  delegatedTokens: DelegatedTokens;
  starsOf: StarsOf;
}): Callers {
  const tokens = createCache<Known>({ clock, ...cacheOptions });
  const members = createCache<Caller>({ clock, ...cacheOptions });
  const lastUsed = createLastUsed({ db, clock, log });
  const { readToken, readMember, readPerson, withStars } = createCallerReader({
    db,
    clock,
    starsOf,
  });

  const ofMember = (workspace: string, username: string): Promise<Caller | undefined> =>
    members.get(`${workspace}\n${username}`, () => readMember(workspace, username));

  const ofPerson = (workspace: string, userId: string): Promise<Caller | undefined> =>
    members.get(`${workspace}\n\n${userId}`, () => readPerson(workspace, userId));

  /** Never kept: it may be revoked at any moment. Its holder is who they are now. */
  async function ofDelegatedToken(
    token: string,
    workspace: string | null,
  ): Promise<Caller | undefined> {
    const known = await delegatedTokens.find(token);
    const person = known && (await ofPerson(known.workspace, known.userId));
    if (!person) return undefined;
    const { delegation, prefix: tokenPrefix, audience } = known;
    const { classes, jobId } = delegation;
    const scopes = Object.entries(classes).flatMap(([service, allowed]) =>
      allowed.map((one) => `services:${service}:${one}`),
    );
    const membership = workspace === known.workspace ? person.membership : null;
    return {
      ...person,
      kind: 'token',
      scopes,
      tokenPrefix,
      audience,
      jobId,
      delegation,
      membership,
    };
  }

  /** Never kept: the token dies with the run. Who runs it may be kept like everybody else. */
  async function ofJobToken(token: string, workspace: string | null): Promise<Caller | undefined> {
    const job = await jobTokens.find(token);
    const person = job && (await ofMember(job.workspace, job.username));
    if (!person) return undefined;
    const { jobId, scopes } = job;
    const membership = workspace === job.workspace ? person.membership : null;
    return withStars({ ...person, jobId, scopes, membership });
  }

  return {
    ofMember,
    ofPerson,
    withStars,
    async ofToken(token, workspace) {
      if (token.startsWith(jobTokenPrefix)) return ofJobToken(token, workspace);
      if (token.startsWith(delegatedTokenPrefix)) return ofDelegatedToken(token, workspace);
      if (token.length > maxTokenChars) return undefined;
      const place = placeOf(workspace);
      // By its text: to hash a token for each request takes longer than all the rest of this.
      const read = () => readToken(sha256(token), place);
      const known = await tokens.get(`${token}\n${place ?? ''}`, read);
      if (!known) return undefined;
      const { caller, lastUsedAt } = known;
      if (caller.tokenId !== null) lastUsed.note(caller.tokenId, lastUsedAt);
      return caller;
    },
    clear() {
      tokens.clear();
      members.clear();
    },
    flush: () => lastUsed.flush(),
  };
}
