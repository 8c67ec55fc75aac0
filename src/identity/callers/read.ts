// Reads a caller from the database: the holder of a token or the person behind a username, and
// what they are in a workspace. Keeps nothing; `callers.ts` does.
import type { Clock } from '../../base/index.ts';
import type { Caller, Membership, Role } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Answer } from './cache.ts';
import * as sql from './callers.sql.ts';

/** Port: what a person starred in a workspace; the engine keeps stars. */
export type StarsOf = (workspace: string, userId: string) => Promise<NonNullable<Caller['stars']>>;

interface Person {
  userId: string;
  email: string;
  superAdmin: boolean;
  devops: boolean;
}

/** A group holds no account. */
type Actor = Omit<Person, 'userId'> & { userId: string | null };

type GroupRow = Pick<MembershipRow, 'groups' | 'read' | 'write' | 'own'>;

interface Holder extends Person {
  tokenId: string;
  kind: 'user' | 'session';
  prefix: string;
  scopes: string[] | null;
  readOnly: boolean;
  boundWorkspace: string | null;
  audience: string | null;
  connected: boolean;
  expiresAt: number | null;
  lastUsedAt: number | null;
}

interface MembershipRow {
  username: string | null;
  role: Role | null;
  disabled: boolean;
  groups: string[];
  read: string[];
  write: string[];
  own: string[];
}

/** A snapshot and the time that the token's row said it was last used. */
export interface Known {
  caller: Caller;
  lastUsedAt: number | null;
}

function callerOf(person: Actor, kind: Caller['kind'], membership: Membership | null): Caller {
  return {
    kind,
    userId: person.userId,
    email: person.email,
    superAdmin: person.superAdmin,
    devops: person.devops,
    scopes: null,
    readOnly: false,
    tokenPrefix: null,
    tokenId: null,
    boundWorkspace: null,
    audience: null,
    connected: false,
    stars: null,
    jobId: null,
    delegation: null,
    membership,
  };
}

/** What the row makes of the person. Admins of the instance are admins everywhere. */
function membershipFrom(row: MembershipRow, person: Person, workspace: string): Membership | null {
  const { username, disabled, groups, read, write, own } = row;
  const role = person.superAdmin ? 'admin' : row.role;
  if (role === null || (disabled && !person.superAdmin)) return null;
  const folders = { read, write, own };
  return { workspace, username: username ?? person.email, role, groups, folders };
}

export type CallerReader = ReturnType<typeof createCallerReader>;

export function createCallerReader({
  db,
  clock,
  starsOf,
}: {
  db: Database;
  clock: Clock;
  starsOf: StarsOf;
}) {
  /** With the stars in its workspace, where the scopes follow them. */
  async function withStars(caller: Caller): Promise<Caller> {
    const { scopes, userId, membership } = caller;
    if (!membership || userId === null || !scopes?.includes('mcp:favorites')) return caller;
    return { ...caller, stars: await starsOf(membership.workspace, userId) };
  }

  async function membershipOf(
    person: Person,
    workspace: string | null,
  ): Promise<Membership | null> {
    if (workspace === null) return null;
    const values = [workspace, person.userId, person.email];
    const row = await db.row<MembershipRow>(sql.selectMembership, values);
    return row ? membershipFrom(row, person, workspace) : null;
  }

  async function readToken(hash: string, workspace: string | null): Promise<Answer<Known>> {
    const holder = await db.row<Holder>(sql.selectHolder, [hash, clock.now()]);
    if (!holder) return { value: undefined };
    const { boundWorkspace, audience, connected, scopes, readOnly, tokenId } = holder;
    const { expiresAt, lastUsedAt } = holder;
    // Outside its workspace a bound token is a member of nothing; `authorise` says so.
    const away = boundWorkspace !== null && boundWorkspace !== workspace;
    const membership = away ? null : await membershipOf(holder, workspace);
    const kind = holder.kind === 'session' ? 'session' : 'token';
    const caller = await withStars({
      ...callerOf(holder, kind, membership),
      scopes,
      readOnly,
      boundWorkspace,
      audience,
      connected,
      tokenId,
      tokenPrefix: kind === 'session' ? null : holder.prefix,
    });
    return { value: { caller, lastUsedAt }, until: expiresAt };
  }

  /** A group that acts by itself, with what is granted to it: it is nobody's account. */
  async function readGroup(workspace: string, principal: string): Promise<Answer<Caller>> {
    const name = principal.slice(2);
    const row = await db.row<GroupRow>(sql.selectGroupMembership, [workspace, name]);
    if (!row) return { value: undefined };
    const { groups, read, write, own } = row;
    const folders = { read, write, own };
    const nobody = { userId: null, email: principal, superAdmin: false, devops: false };
    const membership: Membership = {
      workspace,
      username: principal,
      role: 'developer',
      groups,
      folders,
    };
    return { value: { ...callerOf(nobody, 'job', membership), boundWorkspace: workspace } };
  }

  async function readMember(workspace: string, username: string): Promise<Answer<Caller>> {
    if (username.startsWith('g/')) return readGroup(workspace, username);
    const person =
      (await db.row<Person>(sql.selectPersonByName, [workspace, username])) ??
      (username.includes('@')
        ? await db.row<Person>(sql.selectGuestByName, [username])
        : undefined);
    if (!person) return { value: undefined };
    const membership = await membershipOf(person, workspace);
    if (membership?.username !== username) return { value: undefined };
    // Offices of the instance stay with the person: a job acts in its workspace.
    const inWorkspace = { ...person, superAdmin: false, devops: false };
    return { value: { ...callerOf(inWorkspace, 'job', membership), boundWorkspace: workspace } };
  }

  async function readPerson(workspace: string, userId: string): Promise<Answer<Caller>> {
    const row = await db.row<{ username: string }>(sql.selectNameOf, [workspace, userId]);
    return row ? readMember(workspace, row.username) : { value: undefined };
  }

  return { readToken, readMember, readPerson, withStars };
}

/** The username of a member, by e-mail address as people write it. */
export async function usernameOf(
  db: Database,
  workspace: string,
  email: string,
): Promise<string | undefined> {
  const values = [workspace, email.trim().toLowerCase()];
  return (await db.row<{ username: string }>(sql.selectUsername, values))?.username;
}
