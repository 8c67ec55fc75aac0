// The first start: a link that makes the first owner, once; or the owner that the environment
// names. Afterwards there is an instance admin and nothing here does anything any more.
import { z } from 'zod';
import { AppError, type Clock, type Log, newId, newSecret, sha256 } from '../../base/index.ts';
import { validate } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import { email, newPassword, oneLine, workspaceId } from '../names.ts';
import type { Passwords } from '../passwords.ts';
import type { Changed } from '../person.ts';
import { issueSession } from '../tokens/index.ts';
import { anybody, findUserByEmail, insertUser } from '../users/index.ts';
import { insertWorkspace } from '../workspaces/index.ts';
import * as sql from './setup.sql.ts';

const linkMs = 30 * 60 * 1000;

export interface FirstOwner {
  email: string;
  password: string;
  name?: string | undefined;
  workspace: string;
}

export interface Setup {
  /** True while nobody owns this instance. */
  needed(): Promise<boolean>;
  /** The secret of a new link: good for 30 minutes, once. Earlier links stay good. */
  createLink(): Promise<string>;
  /** Would `redeem` take this secret now? */
  peek(secret: string): Promise<boolean>;
  /** Makes owner and first workspace, and answers a session. Throws `gone` for a spent link. */
  redeem(secret: string, owner: FirstOwner): Promise<{ token: string }>;
}

const firstOwner = z.strictObject({
  email,
  password: newPassword,
  name: oneLine(200).optional(),
  workspace: workspaceId,
});

export interface SetupDeps {
  db: Database;
  clock: Clock;
  log: Log;
  passwords: Passwords;
  changed: Changed;
  created: (workspace: string) => Promise<void>;
}

const spent = (): AppError =>
  new AppError('gone', 'This link is used up or older than 30 minutes.', {
    hint: 'Start the server again while it has no owner; it prints a new one.',
  });

function fromEnvironment(given: FirstOwner): FirstOwner {
  try {
    return validate(firstOwner, given);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError('invalid_input', `The first owner cannot be made: ${error.message}`, {
      hint: 'Look at MILLRACE_OWNER_EMAIL, MILLRACE_OWNER_PASSWORD and MILLRACE_WORKSPACE.',
    });
  }
}

/** Owner and workspace in the transaction of the caller, who holds the lock. */
async function insertOwner(
  queries: Queries,
  owner: Omit<FirstOwner, 'password'> & { passwordHash: string; at: number },
): Promise<string> {
  const { workspace, ...person } = owner;
  const id = await insertUser(queries, { ...person, superAdmin: true });
  if (id === undefined) throw new Error('the first person was there already');
  const made = { id: workspace, owner: { id, email: owner.email }, at: owner.at };
  if (await insertWorkspace(queries, made)) return id;
  throw new AppError('conflict', `There is a workspace ${workspace} already.`);
}

export function createSetup(deps: SetupDeps): Setup & {
  createOwner(owner: FirstOwner): Promise<void>;
} {
  const { db, clock, log, passwords, changed, created } = deps;

  async function peek(secret: string): Promise<boolean> {
    if (await anybody(db)) return false;
    return (await db.row(sql.selectLink, [sha256(secret), clock.now()])) !== undefined;
  }

  /** Makes what is missing; answers whether the workspace is new. */
  async function makeOwner(owner: FirstOwner): Promise<boolean> {
    // Not at every start: a hash costs a noticeable part of the time until the server is ready.
    const passwordHash = (await anybody(db)) ? '' : await passwords.hash(owner.password);
    const at = clock.now();
    return db.transaction(async (queries) => {
      await queries.run(sql.lockSetup);
      if (!(await anybody(queries))) {
        await insertOwner(queries, { ...owner, passwordHash, at });
        return true;
      }
      const row = await findUserByEmail(queries, owner.email);
      if (row) return insertWorkspace(queries, { id: owner.workspace, owner: row, at });
      log.warn('MILLRACE_OWNER_EMAIL names nobody here; only a first start makes an owner');
      return false;
    });
  }

  return {
    needed: async () => !(await anybody(db)),
    peek,

    async createLink() {
      const secret = newSecret(32);
      const at = clock.now();
      const values = [newId(), sha256(secret), secret.slice(0, 10), at, at + linkMs];
      await db.run(sql.insertLink, values);
      return secret;
    },

    async redeem(secret, given) {
      if (!(await peek(secret))) throw spent();
      const owner = validate(firstOwner, given);
      const passwordHash = await passwords.hash(owner.password);
      const at = clock.now();
      const issued = await db.transaction(async (queries) => {
        await queries.run(sql.lockSetup);
        const taken = (await queries.run(sql.spendLink, [sha256(secret), at])) === 0;
        if (taken || (await anybody(queries))) throw spent();
        const userId = await insertOwner(queries, { ...owner, passwordHash, at });
        return issueSession(queries, { userId, at });
      });
      if (!issued) throw new Error('the owner that was just made is not there');
      changed();
      await created(owner.workspace);
      return { token: issued.token };
    },

    async createOwner(given) {
      const owner = fromEnvironment(given);
      if (!(await makeOwner(owner))) return;
      changed();
      await created(owner.workspace);
    },
  };
}
