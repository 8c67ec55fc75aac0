// What admins set up: whether flows may act for people at all, and the Windmill servers beside the
// own engine. An address is tried when it is registered, through the one way out.
import { AppError, type Clock, newSecret, notFound } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import * as sql from './registry.sql.ts';
import { localInstance } from './run.ts';

export interface Switch {
  enabled: boolean;
  /** Are grants for nothing but `read` active without anybody's approval? */
  approveReads: boolean;
  changedBy: string | null;
  changedAt: number | null;
}

export interface Instance {
  id: string;
  name: string;
  /** Origin and path, without `/api`. */
  address: string;
  remoteWorkspace: string;
  createdBy: string;
  createdAt: number;
}

const off: Switch = { enabled: false, approveReads: false, changedBy: null, changedAt: null };

const tryWithinMs = 5_000;

/** Names of the own network, where certificates are rare. */
const isOwnNetwork = (host: string): boolean =>
  !host.includes('.') || /^[\d.]+$|^\[|\.(?:internal|local|lan)$/.test(host);

/** The address as it is kept; throws `invalid_input`. */
function readAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && !url.search && !url.hash && !url.username && !url.password;
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && isOwnNetwork(url.host.split(':', 1)[0] ?? ''));
  if (!isPlain || !isSafe) {
    throw new AppError('invalid_input', 'This is no address of a Windmill server.', {
      hint: 'Give https://windmill.example.com; http is for the own network alone.',
    });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/api$/, '');
}

export type Registry = ReturnType<typeof createRegistry>;

export function createRegistry({
  db,
  clock,
  egress,
}: {
  db: Database;
  clock: Clock;
  egress: Pick<Egress, 'fetch'>;
}) {
  const stateOf = async (workspace: string): Promise<Switch> =>
    (await db.row<Switch>(sql.selectSwitch, [workspace])) ?? off;

  /** Throws `forbidden` for a private network, `unavailable` when nothing answers. */
  async function reach(address: string): Promise<void> {
    const timeout = AbortSignal.timeout(tryWithinMs);
    try {
      const answer = await egress.fetch(`${address}/api/version`, { signal: timeout });
      await answer.body?.cancel();
    } catch (error) {
      if (error instanceof AppError) throw error;
      const within = `${tryWithinMs / 1000} s`;
      throw new AppError('unavailable', `${new URL(address).host} gave no answer in ${within}.`);
    }
  }

  return {
    state: stateOf,
    /** Is it on in any workspace? */
    isOnSomewhere: async (): Promise<boolean> =>
      (await db.row<{ isOn: boolean }>(sql.selectAnySwitch, []))?.isOn === true,

    get: (call: Call): Promise<Switch> => stateOf(workspaceOf(call)),

    async set(
      call: Call,
      { enabled, approveReads }: { enabled: boolean; approveReads: boolean },
    ): Promise<Switch> {
      const workspace = workspaceOf(call);
      const by = displayNameOf(call.caller);
      await db.run(sql.upsertSwitch, [workspace, enabled, approveReads, by, clock.now()]);
      return stateOf(workspace);
    },

    find: (workspace: string, id: string) => db.row<Instance>(sql.selectInstance, [workspace, id]),

    list: (call: Call) => db.rows<Instance>(sql.selectInstances, [workspaceOf(call)]),

    async register(
      call: Call,
      said: { name: string; address: string; remoteWorkspace: string; id?: string | undefined },
    ): Promise<Instance> {
      const workspace = workspaceOf(call);
      const id = said.id ?? newSecret(12).toLowerCase();
      if (id === localInstance) {
        throw new AppError('conflict', 'local is this server itself; it needs no registration.');
      }
      const address = readAddress(said.address);
      await reach(address);
      const by = displayNameOf(call.caller);
      const { name, remoteWorkspace } = said;
      const values = [workspace, id, name, address, remoteWorkspace, by, clock.now()];
      if ((await db.run(sql.insertInstance, values)) === 0) {
        throw new AppError('conflict', `There is an instance ${id} already.`, {
          hint: 'Choose another id, or remove that one.',
        });
      }
      const made = await db.row<Instance>(sql.selectInstance, [workspace, id]);
      if (!made) throw notFound('instance', id);
      return made;
    },

    async remove(call: Call, id: string): Promise<{ id: string }> {
      const gone = await db.row<{ id: string }>(sql.deleteInstance, [workspaceOf(call), id]);
      if (!gone) throw notFound('instance', id);
      return gone;
    },
  };
}
