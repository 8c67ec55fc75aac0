// Keeps personal values from models: tokens or masks in what comes from a service, the values
// again in what goes to it. Whatever fails on the way fails the call: nothing leaves half done.
import { AppError, type Clock, type Log, type SlowTick } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Changes } from '../changes.ts';
import type { Sealer } from '../sealer.ts';
import { refusal } from '../reasons.ts';
import { createNameIndex, loadScanner, type NameIndex, type Scanner } from './detect/index.ts';
import { createTokenMap } from './map.ts';
import type { PiiOwner } from './owner.ts';
import { createProtection, type Personal, type Protection, rewrite } from './protection.ts';
import { createPruner } from './pruner.ts';
import { restoreIn, usesOf, valuesFor } from './restoration.ts';
import { createSettingsStore, type StoredSettings } from './settings.ts';
import { keyOf, mask, write } from './token.ts';
import { createOwnMap } from './own-map.ts';

/** Port: who there is, so that their names are found in free text. */
export interface PiiDirectory {
  /** Full names of the people of a workspace. */
  names(workspace: string): Promise<readonly string[]>;
}

export interface PiiDeps {
  db: Database;
  clock: Clock;
  log: Log;
  tick: SlowTick;
  sealer: Sealer;
  /** Hears that definitions of tools are masked in another way. */
  changes: Pick<Changes, 'changed'>;
  directory: PiiDirectory;
}

export interface Protected<Value = unknown> {
  value: Value;
  /** How many different values of each kind were replaced. */
  counts: Record<string, number>;
  /** The first of the fields in which they stood, as `fields.assignee`; '' for the value itself. */
  fields: string[];
}

export interface Restored<Value = unknown> {
  params: Value;
  /** `EMAIL_1`: each token that became its value. */
  restored: string[];
  /** Tokens in fields that take none: they go out as they are. */
  left: { token: string; field: string }[];
}

const directoryMs = 60_000;
const maxFields = 50;

/** The innermost calls of an error, without its message. */
function placeOf(error: unknown): string[] {
  if (!(error instanceof Error) || !error.stack?.startsWith(String(error))) return [];
  return error.stack.slice(String(error).length).split('\n    at ').slice(1, 4);
}

export type Pii = ReturnType<typeof createPii>;

export function createPii(deps: PiiDeps) {
  const { clock, directory, log } = deps;
  const settings = createSettingsStore(deps);
  const map = createTokenMap(deps);
  const ownMap = createOwnMap({ ...deps, map });
  const pruner = createPruner({ ...deps, map });
  const scanners = new WeakMap<StoredSettings, Scanner>();
  const directories = new Map<string, { index: NameIndex; readAt: number }>();

  async function scannerOf(set: StoredSettings): Promise<Scanner> {
    const known = scanners.get(set);
    if (known) return known;
    const scanner = await loadScanner(set);
    scanners.set(set, scanner);
    return scanner;
  }

  async function directoryOf(workspace: string): Promise<NameIndex> {
    const known = directories.get(workspace);
    if (known && Math.abs(clock.now() - known.readAt) < directoryMs) return known.index;
    const index = createNameIndex(await directory.names(workspace));
    directories.set(workspace, { index, readAt: clock.now() });
    return index;
  }

  /** `owner`: whose names of today are known beside those of the directory. */
  async function protectionOf(
    set: StoredSettings,
    of: { workspace: string; owner?: PiiOwner; nameFields?: readonly string[] },
  ): Promise<Protection> {
    const scanner = await scannerOf(set);
    const names = scanner.findsNames
      ? [of.owner && (await map.names(of.owner)), await directoryOf(of.workspace)]
      : [];
    return createProtection({
      scanner,
      names: names.filter((index) => index !== undefined),
      nameFields: of.nameFields ?? [],
    });
  }

  /** What `work` answers; `pii_scrub_failed` for whatever goes wrong in it. */
  async function closed<Result>(
    workspace: string,
    service: string,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      // By its place alone: the message may hold what must not be seen.
      const at = placeOf(error);
      log.error('personal values could not be removed', { workspace, service, at });
      throw refusal('pii_scrub_failed', 'Personal values could not be removed.', {
        hint:
          error instanceof AppError && error.code === 'too_large'
            ? `${error.message} Ask for less at a time.`
            : 'Nothing was shown. Try again; an admin finds the place of the fault in the log.',
        details: { service },
      });
    }
  }

  async function replace(owner: PiiOwner, value: unknown, how: ProtectHow): Promise<Protected> {
    const { workspace } = owner;
    const set = await settings.of(workspace);
    if (!set.enabled) return { value, counts: {}, fields: [] };
    const { nameFields = [] } = how;
    const protection = await protectionOf(set, { workspace, owner, nameFields });
    const search = protection.search(value);
    const { list, found } = search;
    if (list.length === 0) return { value, counts: {}, fields: [] };
    const counts: Record<string, number> = {};
    for (const { type } of list) counts[type] = (counts[type] ?? 0) + 1;
    const tokenOf = await tokensFor(owner, set, { list, service: how.service });
    const fields = search.fields.slice(0, maxFields);
    return { value: rewrite(value, found, tokenOf), counts, fields };
  }

  async function tokensFor(
    owner: PiiOwner,
    { strategy }: StoredSettings,
    { list, service }: { list: readonly Personal[]; service: string },
  ): Promise<(personal: Personal) => string> {
    const tokens = new Map<string, string>();
    const keyed = ({ type, value }: Personal): string => `${type} ${value}`;
    if (strategy === 'mask') {
      for (const each of list) tokens.set(keyed(each), mask(each.type, each.value));
    } else {
      const numberOf = await map.number(owner, list, service);
      for (const each of list) {
        const token = { type: each.type, number: numberOf(each) };
        tokens.set(keyed(each), write(token, each.value));
      }
    }
    return (personal) => {
      const token = tokens.get(keyed(personal));
      if (token === undefined) throw new Error('a value without its token');
      return token;
    };
  }

  return {
    settings,
    ownMap,

    /**
     * `value` (JSON; also a text alone: an error message, the description of a tool, progress)
     * with tokens or masks in place of personal values. Throws `pii_scrub_failed` when anything
     * goes wrong; never answers a part.
     */
    protect: (owner: PiiOwner, value: unknown, how: ProtectHow): Promise<Protected> =>
      closed(owner.workspace, how.service, () => replace(owner, value, how)),

    /**
     * `value` with masks, whatever the strategy: for what everybody reads alike, such as the
     * definitions of tools, which can name nobody's tokens. Throws `pii_scrub_failed` for a value
     * that cannot be searched; that nothing can be searched now is thrown as it is.
     */
    async masked<Value>(workspace: string, service: string, value: Value): Promise<Value> {
      const set = await settings.of(workspace);
      if (!set.enabled) return value;
      const protection = await protectionOf(set, { workspace });
      return closed(workspace, service, async () => {
        const { found } = protection.search(value);
        return rewrite(value, found, (personal) => mask(personal.type, personal.value)) as Value;
      });
    },

    /**
     * `params` with values in place of tokens in `fields` (paths from the outside in, `*` for
     * all). Throws refusals with `pii_token_unknown`, `pii_token_expired`, `pii_cross_service`:
     * then nothing was restored.
     */
    async restore<Params>(
      owner: PiiOwner,
      params: Params,
      { fields, service }: RestoreHow,
    ): Promise<Restored<Params>> {
      const uses = usesOf(params, fields);
      if (uses.restored.length === 0) return { params, restored: [], left: uses.left };
      const { crossings } = await settings.of(owner.workspace);
      const wanted = [...new Map(uses.restored.map((use) => [keyOf(use), use])).values()];
      const { ownerId, tokens } = await map.resolve(owner, wanted);
      const values = valuesFor(uses.restored, tokens, { service, crossings });
      const restored = restoreIn(params, fields, values) as Params;
      await map.markUsed(ownerId, tokens);
      return { params: restored, restored: [...values.keys()], left: uses.left };
    },

    start: pruner.start,
    stop: pruner.stop,
  };
}

export interface ProtectHow {
  /** The service that answered: values are known to come from it. */
  service: string;
  /** Fields that hold names, besides those that every service calls alike. */
  nameFields?: readonly string[];
}

export interface RestoreHow {
  /** The only fields in which tokens become values. */
  fields: readonly string[];
  /** Where the parameters go. */
  service: string;
}
