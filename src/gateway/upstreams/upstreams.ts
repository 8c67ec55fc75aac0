// MCP servers as services of a workspace. Lists come from what is stored, so that no server that is
// down holds anybody up; a server is asked when one of its tools is called, or when an admin says.
import {
  AppError,
  canonicalJson,
  type Clock,
  createArgumentCheck,
  type Log,
  notFound,
  type SlowTick,
} from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { Sandbox } from '../../engine/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Action, Answer, RunContext, ServiceAuth, ServiceDeclaration } from '../action.ts';
import type { Changes } from '../changes.ts';
import type { CredentialHeaders } from '../credentials/index.ts';
import { reasonOf, refusal } from '../reasons.ts';
import { cutSaid, saidOf } from '../said.ts';
import type { Sealer } from '../sealer.ts';
import { answerOf } from './answer.ts';
import { createApproval } from './approval.ts';
import type { Program, Target } from './connect.ts';
import { createConnections, type Live } from './connections.ts';
import { readTools, type Unusable } from './definition.ts';
import { visible } from './scan.ts';
import { createPins, stateOf, type StoredTool } from './pins.ts';
import { type PinnedTool, toolAction } from './tool-action.ts';
import * as sql from './upstreams.sql.ts';

export interface NewUpstream {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  address?: string | undefined;
  program?: (Program & { env: Record<string, string> }) | undefined;
  auth: ServiceAuth;
  timeoutSeconds: number;
}

export interface StoredUpstream {
  name: string;
  title: string;
  description: string;
  address: string | null;
  program: Program | null;
  sealedEnv: string | null;
  auth: ServiceAuth;
  limitMs: number;
  unusable: Unusable[];
  updatedBy: string;
  updatedAt: number;
}

export interface UpstreamsDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  changes: Changes;
  egress: Pick<Egress, 'fetch'>;
  sandbox: Pick<Sandbox, 'wrap' | 'reachable' | 'canReach' | 'workFolder'>;
  sealer: Sealer;
  /** Is there another service of this name in the workspace? */
  isTaken: (workspace: string, name: string) => Promise<boolean>;
  /** A value with masks for what is personal; `pii_scrub_failed` when it cannot be searched. */
  masked: <Value>(workspace: string, service: string, value: Value) => Promise<Value>;
  /** What a person proves itself with at a service that is set up. */
  headersFor: (call: Call, service: string) => Promise<CredentialHeaders>;
}

/** Before a read, a definition is looked at again when what is known of it is older. */
const freshMs = 10_000;
const maxDescriptionBytes = 1500;

const useOf = (name: string): string => `gateway upstream ${name}`;
const keyOf = (workspace: string, { name, updatedAt }: StoredUpstream): string =>
  `${workspace} ${name} ${updatedAt}`;

/** Is what was said the same server, whatever else is said of it? */
function isSame({ address, program }: StoredUpstream, said: NewUpstream): boolean {
  const { env: _, ...other } = said.program ?? {};
  const stored = canonicalJson([address, program]);
  return stored === canonicalJson([said.address ?? null, said.program ? other : null]);
}

export type Upstreams = ReturnType<typeof createUpstreams>;

export function createUpstreams(deps: UpstreamsDeps) {
  const { db, clock, changes, sealer, log } = deps;
  const argumentCheck = createArgumentCheck(log);
  const connections = createConnections(deps);
  const pins = createPins(deps);

  const all = (workspace: string): Promise<StoredUpstream[]> =>
    db.rows<StoredUpstream>(sql.selectUpstreams, [workspace]);

  async function stored(workspace: string, name: string): Promise<StoredUpstream> {
    const row = (await all(workspace)).find((one) => one.name === name);
    if (!row) throw notFound('MCP server', name);
    return row;
  }

  async function targetOf(
    workspace: string,
    row: StoredUpstream,
    headers: CredentialHeaders,
  ): Promise<Target> {
    const { address, program, sealedEnv, name } = row;
    if (address !== null) return { address, headers };
    const use = useOf(name);
    const env = sealedEnv && (await sealer.open(workspace, { use, value: sealedEnv }));
    if (program && typeof env === 'string') return { program, env: JSON.parse(env) };
    throw refusal('upstream_unavailable', `The environment of ${row.title} cannot be read.`, {
      hint: 'An instance admin registers it again.',
    });
  }

  interface Errand {
    workspace: string;
    row: StoredUpstream;
    headers: CredentialHeaders;
    signal: AbortSignal;
  }

  /** Everybody sees the same; where people have keys of their own, an admin's look counts. */
  const isShared = ({ auth }: StoredUpstream): boolean => auth.kind === 'none';

  async function look({ workspace, row }: Errand, live: Live, isWhole = isShared(row)) {
    const tools = readTools(await live.list(new AbortController().signal, row.limitMs));
    Object.assign(live, { tools, listedAt: clock.now() });
    await pins.see({ workspace, name: row.name }, { tools, isWhole });
  }

  async function withLive<Result>(errand: Errand, work: (live: Live) => Promise<Result>) {
    const { workspace, row, headers, signal } = errand;
    const upstream = { key: keyOf(workspace, row), title: row.title, limitMs: row.limitMs };
    const target = await targetOf(workspace, row, headers);
    const onListChanged = (live: Live): void => {
      look(errand, live).catch((error: unknown) => log.warn('tools cannot be listed', { error }));
    };
    return connections.use({ upstream, target, onListChanged, signal }, work);
  }

  /** Throws `tool_definition_changed` when the server means something else by the name by now. */
  async function assertPinned(errand: Errand, live: Live, tool: PinnedTool) {
    const isStale = clock.now() - live.listedAt > freshMs;
    if (tool.changesThings || isStale) await look(errand, live);
    const { tools } = live;
    if (tools.seen.get(tool.name)?.digest === tool.digest) return;
    const { workspace, row } = errand;
    await pins.see({ workspace, name: row.name }, { tools, isWhole: isShared(row) });
    throw refusal('tool_definition_changed', `${tool.name} of ${row.title} has changed.`, {
      hint: 'An admin of the workspace has to look at it and approve it first.',
    });
  }

  async function callTool(
    { workspace, row }: Pick<Errand, 'workspace' | 'row'>,
    tool: PinnedTool,
    { params, headers, signal, onProgress }: RunContext,
  ): Promise<Answer> {
    const errand = { workspace, row, headers, signal };
    return withLive(errand, async (live) => {
      await assertPinned(errand, live, tool);
      const result = await live.call(
        { name: tool.name, arguments: params },
        {
          signal,
          // The limit of the call is the stage's; this one only outlives it.
          timeout: row.limitMs + 5000,
          ...(onProgress && {
            onprogress: ({ progress, total, message }) =>
              onProgress({
                progress,
                ...(total !== undefined && { total }),
                ...(message !== undefined && { message: saidOf(visible(message)) }),
              }),
          }),
        },
      );
      return answerOf(row.title, result);
    });
  }

  /** What models read of a tool is masked; one that cannot be searched is not there. */
  async function shown(workspace: string, service: string, action: Action): Promise<Action[]> {
    const { description, input } = action;
    const words = { description, json: input.json };
    try {
      const { description: said, json } = await deps.masked(workspace, service, words);
      const shownWords = cutSaid(said, maxDescriptionBytes);
      return [{ ...action, description: shownWords, input: { ...input, json } }];
    } catch (error) {
      if (reasonOf(error) === 'pii_scrub_failed') return [];
      // Of the database, say: kept, the tool would stay away after that is over.
      throw error;
    }
  }

  async function declarationOf(
    workspace: string,
    row: StoredUpstream,
    tools: readonly StoredTool[],
  ): Promise<ServiceDeclaration> {
    const { name, title, description, auth, address, limitMs } = row;
    const inState = (state: string) => tools.filter((tool) => stateOf(tool) === state);
    const actions = inState('approved').map((tool) =>
      toolAction(tool, {
        argumentCheck,
        limitMs,
        call: (pinned, context) => callTool({ workspace, row }, pinned, context),
      }),
    );
    return {
      name,
      title,
      description,
      auth,
      keyHint: `Ask whoever runs ${title} for a key.`,
      baseUrl: address ?? `stdio:${name}`,
      quarantined: new Set(inState('quarantined').map((tool) => tool.name)),
      actions: (await Promise.all(actions.map((action) => shown(workspace, name, action)))).flat(),
    };
  }

  const toolsOf = async (workspace: string, name: string): Promise<StoredTool[]> =>
    (await pins.of(workspace)).filter((tool) => tool.upstream === name);

  async function refresh(call: Call, { name }: { name: string }) {
    const workspace = workspaceOf(call);
    const row = await stored(workspace, name);
    const headers = await deps.headersFor(call, name);
    const { signal } = call;
    const errand = { workspace, row, headers, signal };
    await withLive(errand, (live) => look(errand, live, true));
    const states = (await toolsOf(workspace, name)).map(stateOf);
    const count = (state: string): number => states.filter((one) => one === state).length;
    const toApprove = { new: count('new'), quarantined: count('quarantined') };
    return { name, ...toApprove, approved: count('approved'), gone: count('gone') };
  }

  async function register(call: Call, said: NewUpstream) {
    const workspace = workspaceOf(call);
    if ((said.address === undefined) === (said.program === undefined)) {
      throw new AppError('invalid_input', 'Give either the address of the server or its program.');
    }
    if (said.program && !call.caller.superAdmin) {
      throw new AppError('forbidden', 'Only an instance admin registers a program.', {
        hint: 'It runs on the machine of this server. Ask them, or give an address.',
      });
    }
    if (said.program && said.auth.kind !== 'none') {
      throw new AppError('invalid_input', 'A program gets its keys in its environment.', {
        hint: 'Leave auth out, and put the keys into program.env.',
      });
    }
    const closed = said.program?.readable.find((path) => !deps.sandbox.canReach(path));
    if (closed !== undefined) {
      throw new AppError('invalid_input', `Programs cannot read ${closed}.`, {
        hint: 'They run under an account of their own: it must be able to get there and read it.',
      });
    }
    const { address } = said;
    if (address !== undefined && !(URL.canParse(address) && /^https?:/.test(address))) {
      throw new AppError('invalid_input', 'The address is no http or https address.');
    }
    const before = (await all(workspace)).find((one) => one.name === said.name);
    if (!before && (await deps.isTaken(workspace, said.name))) {
      throw new AppError('conflict', `There is another service "${said.name}".`, {
        hint: 'Choose another name.',
      });
    }
    const { env = {}, ...program } = said.program ?? {};
    const use = useOf(said.name);
    const title = said.title ?? said.name;
    const row = [
      workspace,
      said.name,
      title,
      said.description ?? `what the MCP server ${title} offers`,
      address ?? null,
      said.program ? JSON.stringify(program) : null,
      said.program ? await sealer.seal(workspace, { use, value: JSON.stringify(env) }) : null,
      JSON.stringify(said.auth),
      said.timeoutSeconds * 1000,
      displayNameOf(call.caller),
      clock.now(),
    ];
    await db.transaction(async (tx) => {
      // What was approved was approved of that server, not of any other of its name.
      if (before && !isSame(before, said)) await tx.run(sql.deleteUpstream, [workspace, said.name]);
      await tx.run(sql.upsertUpstream, row);
    });
    if (before) connections.forget(keyOf(workspace, before));
    changes.changed(workspace);
    // It is registered whether or not it can be asked now: a key may have to come first.
    const found = await refresh(call, said).then(
      (seen) => ({ ...seen, problem: null }),
      (error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        const problem = error.message;
        return { name: said.name, new: 0, quarantined: 0, approved: 0, gone: 0, problem };
      },
    );
    return found;
  }

  return {
    register,
    refresh,
    ...createApproval({ db, clock, changes, all, pins }),

    /** Is it one of those that are registered here? */
    has: async (workspace: string, name: string): Promise<boolean> =>
      (await all(workspace)).some((one) => one.name === name),

    /** Those of a workspace, as they are stored. */
    async of(workspace: string): Promise<ServiceDeclaration[]> {
      const rows = await all(workspace);
      const tools = rows.length === 0 ? [] : await pins.of(workspace);
      return Promise.all(
        rows.map((row) => {
          const own = tools.filter((tool) => tool.upstream === row.name);
          return declarationOf(workspace, row, own);
        }),
      );
    },

    async remove(call: Call, { name }: { name: string }): Promise<{ name: string }> {
      const workspace = workspaceOf(call);
      const row = (await all(workspace)).find((one) => one.name === name);
      await db.run(sql.deleteUpstream, [workspace, name]);
      if (row) connections.forget(keyOf(workspace, row));
      changes.changed(workspace);
      return { name };
    },

    start: connections.start,
    stop: connections.stop,
  };
}
