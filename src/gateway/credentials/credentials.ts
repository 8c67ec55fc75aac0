// What people prove themselves with at services: each person's own, and a shared one only where an
// admin stored it. Ciphertext at rest, bound to service and person; never shown again, to nobody.
import { AppError, type Clock } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { ServiceDeclaration } from '../action.ts';
import { refusal } from '../reasons.ts';
import type { Sealer } from '../sealer.ts';
import type { Service, Services } from '../services/index.ts';
import * as sql from './credentials.sql.ts';

/** Nobody's id: the credential that everybody in the workspace shares. */
const everybody = '00000000-0000-0000-0000-000000000000';

/** Header lines that go out with a request; in no log, no error and no answer. */
export type CredentialHeaders = Readonly<Record<string, string>>;

export interface CredentialsDeps {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  services: Services;
  /** Where people reach this server. */
  origin: () => string;
}

interface Stored {
  userId: string;
  kind: string;
  account: string;
  sealed: string;
}

const useOf = (service: string, userId: string): string =>
  `gateway credential ${service} ${userId}`;

function headersOf({ auth }: ServiceDeclaration, secret: string, account: string) {
  switch (auth.kind) {
    case 'none':
      return {};
    case 'key':
      return { [auth.header]: `${auth.prefix}${secret}` };
    case 'basic':
      return {
        authorization: `Basic ${Buffer.from(`${account}:${secret}`).toString('base64')}`,
      };
  }
}

export type Credentials = ReturnType<typeof createCredentials>;

export function createCredentials(deps: CredentialsDeps) {
  const { db, clock, sealer, services, origin } = deps;

  function missing({ name, title, keyHint }: ServiceDeclaration): AppError {
    const connectUrl = `${origin()}/services`;
    return refusal('auth_required', `You have not connected ${title} yet.`, {
      hint: `Open ${connectUrl} to connect it, then call again. ${keyHint}`,
      details: { service: name, connect_url: connectUrl },
    });
  }

  async function set(call: Call, said: NewCredential, userId: string) {
    const workspace = workspaceOf(call);
    const { service } = await services.require(workspace, said.service);
    const { auth, title, keyHint } = service.declaration;
    if (auth.kind === 'none') {
      throw new AppError('invalid_input', `${title} needs no key.`);
    }
    if (auth.kind === 'basic' && said.account === '') {
      throw new AppError('invalid_input', `${title} wants the account that the key belongs to.`, {
        hint: `Give account, mostly an e-mail address. ${keyHint}`,
      });
    }
    const sealed = await sealer.seal(workspace, {
      use: useOf(said.service, userId),
      value: said.secret,
    });
    await db.run(sql.upsertCredential, [
      workspace,
      said.service,
      userId,
      auth.kind,
      said.account,
      sealed,
      clock.now(),
    ]);
    return { service: said.service, account: said.account };
  }

  return {
    /**
     * What the person proves itself with at a service, read anew for each call. Throws
     * `auth_required` where there is nothing, and where it cannot be opened any more.
     */
    async headersFor(
      { declaration }: Service,
      { workspace, userId }: { workspace: string; userId: string },
    ): Promise<CredentialHeaders> {
      if (declaration.auth.kind === 'none') return {};
      const { name } = declaration;
      const row = await db.row<Stored>(sql.selectCredential, [workspace, name, userId, everybody]);
      if (!row) throw missing(declaration);
      const secret = await sealer.open(workspace, {
        use: useOf(name, row.userId),
        value: row.sealed,
      });
      if (secret === undefined) throw missing(declaration);
      return headersOf(declaration, secret, row.account);
    },

    setOwn: (call: Call, said: NewCredential) => set(call, said, personOf(call)),
    /** For everybody in the workspace who has none of their own. */
    setShared: (call: Call, said: NewCredential) => set(call, said, everybody),

    list: (call: Call): Promise<ListedCredential[]> =>
      db.rows(sql.listCredentials, [workspaceOf(call), personOf(call), everybody]),

    async removeOwn(call: Call, { service }: { service: string }) {
      await db.run(sql.deleteCredential, [workspaceOf(call), service, personOf(call)]);
      return { service };
    },

    async removeShared(call: Call, { service }: { service: string }) {
      await db.run(sql.deleteCredential, [workspaceOf(call), service, everybody]);
      return { service };
    },
  };
}

export interface NewCredential {
  service: string;
  /** Empty where the service wants none. */
  account: string;
  secret: string;
}

export interface ListedCredential {
  service: string;
  shared: boolean;
  kind: string;
  account: string;
  createdAt: number;
}

function personOf({ caller }: Call): string {
  if (caller.userId !== null) return caller.userId;
  throw new AppError('forbidden', 'Only people connect services.');
}
