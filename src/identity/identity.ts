// Puts identity together: people, workspaces, members, groups, folders, tokens, sessions, the
// first start, and the callers that everything else asks for. Starts nothing by itself.
import type { Clock, Log, SlowTick } from '../base/index.ts';
import type { AnyOperation, Caller, Target } from '../operation/index.ts';
import type { Database } from '../store/index.ts';
import {
  createCallers,
  type DelegatedTokens,
  type JobTokens,
  type StarsOf,
  usernameOf,
} from './callers/index.ts';
import { createFolders, folderOperations, type HoldsItems } from './folders/index.ts';
import { createGroups, groupOperations } from './groups/index.ts';
import { createInvites, inviteOperations } from './invites/index.ts';
import { createMembers, memberOperations, namesOf } from './members/index.ts';
import {
  type Artifacts,
  clientOperations,
  type Clients,
  connectionOperations,
  createArtifacts,
  createClients,
  createConnections,
} from './oauth/index.ts';
import { createPasswords } from './passwords.ts';
import type { DropGrants } from './principals.ts';
import { createSessions, sessionOperations } from './sessions/index.ts';
import { createSetup, type FirstOwner, type Setup } from './setup/index.ts';
import { createPruner } from './pruner.ts';
import { insertSpent } from './spent.sql.ts';
import { createTokens, createUrlTokens, tokenOperations, type ToolsOf } from './tokens/index.ts';
import { type AccountNames, createNames, createUsers, userOperations } from './users/index.ts';
import {
  createWorkspaces,
  type HandlersOf,
  type OwnWorkspace,
  type WebhookOf,
  workspaceOperations,
} from './workspaces/index.ts';

export interface IdentityDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  jobTokens: JobTokens;
  delegatedTokens: DelegatedTokens;
  handlersOf: HandlersOf;
  webhookOf: WebhookOf;
  toolsOf: ToolsOf;
  dropGrants: DropGrants;
  holdsItems: HoldsItems;
  starsOf: StarsOf;
}

export interface Identity {
  operations: AnyOperation[];
  /**
   * Who holds the token, as a snapshot for calls about `workspace` (null: about the instance).
   * Undefined: unknown, expired, revoked or disabled. In a workspace that the person or the token
   * has no part in the snapshot has no membership, and `authorise` refuses.
   */
  callerOfToken(token: string, workspace: string | null): Promise<Caller | undefined>;
  /** Somebody (or a group, `g/<name>`) with full rights, for a job that runs in the background. */
  membership(workspace: string, username: string): Promise<Caller | undefined>;
  /** The same of a person by id, whatever they are called now. */
  person(workspace: string, userId: string): Promise<Caller | undefined>;
  /** The username of a member that is not disabled, by e-mail address. */
  usernameOf(workspace: string, email: string): Promise<string | undefined>;
  /** Who accounts are, for parts that store their ids alone. */
  accounts: AccountNames;
  /** The full names of the members of a workspace, as far as they are known. */
  namesOf(workspace: string): Promise<string[]>;
  /** May MCP addresses hold a token? */
  urlTokensAllowed(): Promise<boolean>;
  /** Stars changed: what tokens that follow them may do is old. */
  starsChanged(): void;
  /** What a group grants by itself; for the port that `authorise` asks. */
  extraPerms(
    workspace: string,
    target: Target,
  ): Promise<Readonly<Record<string, boolean>> | undefined>;
  /** What the authorization server keeps. */
  artifacts: Artifacts;
  /** Calls when anybody's rights may have changed, here or elsewhere; the answer ends it. */
  onChanged(watcher: () => void): () => void;
  /** The workspaces that somebody may use, by id, and what they are there. */
  workspacesOf(caller: Caller): Promise<OwnWorkspace[]>;
  /**
   * True for the first who names this id (a UUID), in whichever process; it may be forgotten after
   * `expiresAt`, in epoch milliseconds.
   */
  spend(id: string, expiresAt: number): Promise<boolean>;
  /** The clients that it knows. */
  clients: Clients;
  setup: Setup;
  /**
   * The owner that the environment names, at the first start; later it only makes the workspace
   * if it is missing. The password of a known person stays. Throws `invalid_input`.
   */
  createOwner(owner: FirstOwner): Promise<void>;
  /** Makes a workspace for the person of this id; throws `conflict`. */
  createWorkspace(wanted: {
    id: string;
    name?: string;
    owner: { id: string; email: string };
  }): Promise<void>;
  /** `listener` is called, and awaited, after a workspace was made. */
  onWorkspaceCreated(listener: (workspace: string) => Promise<void>): void;
  /** Begins to hear of changes by other processes, and to prune what has expired. */
  start(): Promise<void>;
  /** Writes what is still noted. Before the database closes. */
  stop(): Promise<void>;
}

const channel = 'identity';

export function createIdentity(deps: IdentityDeps): Identity {
  const { db, clock, tick, log, jobTokens, handlersOf, webhookOf, toolsOf, starsOf } = deps;
  const { dropGrants, holdsItems, delegatedTokens } = deps;
  const callers = createCallers({ db, clock, log, jobTokens, delegatedTokens, starsOf });
  const passwords = createPasswords();
  const pruner = createPruner({ db, clock, tick, log });
  const listeners: ((workspace: string) => Promise<void>)[] = [];
  let stopListening: (() => void) | undefined;

  const watchers = new Set<() => void>();
  const forget = (): void => {
    callers.clear();
    urlTokens.forget();
    for (const watcher of watchers) watcher();
  };
  const changed = (): void => {
    forget();
    db.notify(channel, 'changed');
  };

  /** The workspace is there: what a listener adds to it may be missing, but no more than that. */
  async function created(workspace: string): Promise<void> {
    for (const listener of listeners) {
      try {
        await listener(workspace);
      } catch (error) {
        log.error('a new workspace could not be filled', { workspace, error });
      }
    }
  }

  const urlTokens = createUrlTokens({ db, changed });
  const groups = createGroups({ db, clock, changed, dropGrants });
  const workspaces = createWorkspaces({ db, clock, changed, created, handlersOf, webhookOf });
  const clients = createClients({ db, clock, changed });
  const { createOwner, ...setup } = createSetup({ db, clock, log, passwords, changed, created });

  return {
    operations: [
      ...sessionOperations(createSessions({ db, clock, passwords, changed })),
      ...userOperations(createUsers({ db, clock, passwords, changed, dropGrants })),
      ...memberOperations(createMembers({ db, clock, changed, dropGrants })),
      ...inviteOperations(createInvites({ db, clock, changed })),
      ...tokenOperations(
        createTokens({ db, clock, changed, toolsOf, withStars: callers.withStars, urlTokens }),
      ),
      ...connectionOperations(createConnections({ db, clock, changed, clients })),
      ...clientOperations(clients),
      ...workspaceOperations(workspaces),
      ...folderOperations(createFolders({ db, clock, changed, holdsItems })),
      ...groupOperations(groups),
    ],
    callerOfToken: callers.ofToken,
    membership: callers.ofMember,
    namesOf: (workspace) => namesOf(db, workspace),
    person: callers.ofPerson,
    starsChanged: changed,
    urlTokensAllowed: urlTokens.allowed,
    accounts: createNames(db),
    usernameOf: (workspace, email) => usernameOf(db, workspace, email),
    async extraPerms(workspace, { kind, path }) {
      if (kind !== 'groups' || !path.startsWith('g/')) return undefined;
      return groups.extraPerms(workspace, path.slice(2));
    },
    artifacts: createArtifacts({ db, clock, changed }),
    workspacesOf: workspaces.of,
    onChanged(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    spend: async (id, expiresAt) => (await db.run(insertSpent, [id, expiresAt])) === 1,
    clients,
    setup,
    createOwner,
    createWorkspace: workspaces.make,
    onWorkspaceCreated(listener) {
      listeners.push(listener);
    },
    async start() {
      // '' after a lost connection means the same: something may have changed.
      stopListening = await db.listen(channel, forget);
      pruner.start();
    },
    async stop() {
      stopListening?.();
      await pruner.stop();
      await callers.flush();
    },
  };
}
