// The pseudonyms of people: a number for each value, and back. The database decides; what this
// process keeps of it saves queries, is bounded, and is believed for two seconds at a time.
import { AppError, type Clock } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Sealer } from '../sealer.ts';
import { createNameIndex, type NameIndex } from './detect/index.ts';
import * as sql from './pii.sql.ts';
import {
  createOwners,
  digestOf,
  type OpenMap,
  openValue,
  type PiiOwner,
  sealValue,
} from './owner.ts';
import { trustMs } from './settings.ts';

const hourMs = 60 * 60 * 1000;
/** From when the value was last seen in an answer, give or take the hour below. */
const lifeMs = 24 * hourMs;
/** A token that was seen again within an hour is not written again. */
const refreshMs = 23 * hourMs;
/** More in one result is no answer for a model. */
const maxMinted = 20_000;
const maxHot = 2000;
const maxKept = 100_000;
const maxOwners = 5000;
const idleMs = 10 * 60 * 1000;

interface Entry {
  number: number;
  expiresAt: number;
  services: readonly string[];
}

interface Hot {
  map: OpenMap;
  /** By type and value. */
  entries: Map<string, Entry>;
  names: NameIndex;
  checkedAt: number;
  usedAt: number;
}

interface NewestRow extends Entry {
  type: string;
  sealed: string;
}

interface MintedRow {
  type: string;
  digest: string;
  number: number;
  services: string[];
}

export interface Personal {
  type: string;
  value: string;
}

/** A token as it is stored; `value` is undefined when it expired. */
export interface Resolved {
  type: string;
  number: number;
  value: string | undefined;
  services: readonly string[];
}

const entryKey = ({ type, value }: Personal): string => `${type} ${value}`;
const ownerKey = ({ workspace, userId, namespace }: PiiOwner): string =>
  JSON.stringify([workspace, userId, namespace]);

export type TokenMap = ReturnType<typeof createTokenMap>;

export function createTokenMap({
  db,
  clock,
  sealer,
}: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
}) {
  const owners = createOwners({ db, clock, sealer });
  /** In the order of their last use. */
  const hot = new Map<string, Hot>();
  /** When it was seen that a person has no map. */
  const absent = new Map<string, number>();

  function remember(known: Hot, personal: Personal, entry: Entry): void {
    const key = entryKey(personal);
    if (personal.type === 'NAME' && !known.entries.has(key)) known.names.add(personal.value);
    known.entries.set(key, entry);
  }

  /** Whoever was away longest goes first. */
  function makeRoom(): void {
    let kept = 0;
    for (const { entries } of hot.values()) kept += entries.size;
    for (const [key, { entries }] of hot) {
      if (kept <= maxKept && hot.size <= maxOwners) return;
      hot.delete(key);
      kept -= entries.size;
    }
  }

  function keep(owner: PiiOwner, known: Hot): Hot {
    const key = ownerKey(owner);
    known.usedAt = clock.now();
    absent.delete(key);
    hot.delete(key);
    hot.set(key, known);
    return known;
  }

  const isTrusted = (checkedAt: number | undefined): boolean =>
    checkedAt !== undefined && Math.abs(clock.now() - checkedAt) < trustMs;

  async function load(owner: PiiOwner, map: OpenMap): Promise<Hot> {
    const now = clock.now();
    const rows = await db.rows<NewestRow>(sql.selectNewest, [map.id, now, maxHot]);
    const known: Hot = {
      map,
      entries: new Map(),
      names: createNameIndex([]),
      checkedAt: now,
      usedAt: now,
    };
    for (const { type, number, sealed, services, expiresAt } of rows) {
      const value = openValue(map, sealed);
      if (value !== undefined) remember(known, { type, value }, { number, expiresAt, services });
    }
    keep(owner, known);
    makeRoom();
    return known;
  }

  /** What this process knows of a map that is still there; undefined when there is none. */
  async function lookUp(owner: PiiOwner): Promise<Hot | undefined> {
    const key = ownerKey(owner);
    const known = hot.get(key);
    if (known && isTrusted(known.checkedAt)) return keep(owner, known);
    if (isTrusted(absent.get(key))) return undefined;
    const now = clock.now();
    const row = await owners.find(owner);
    if (row && known?.map.id === row.id) {
      known.checkedAt = now;
      return keep(owner, known);
    }
    hot.delete(key);
    if (!row && absent.size < maxOwners) absent.set(key, now);
    const map = row && (await owners.open(owner, row));
    return map && load(owner, map);
  }

  /** Is there nothing to write for this value? */
  function isFresh(known: Hot, personal: Personal, service: string): boolean {
    const entry = known.entries.get(entryKey(personal));
    if (!entry?.services.includes(service)) return false;
    return entry.expiresAt - clock.now() > refreshMs;
  }

  /** False when the map was forgotten meanwhile. */
  async function mint(known: Hot, wanted: readonly Personal[], service: string): Promise<boolean> {
    const { map } = known;
    const byDigest = new Map<string, Personal>();
    for (const personal of wanted) {
      byDigest.set(digestOf(map.key, personal.type, personal.value), personal);
    }
    const now = clock.now();
    const expiresAt = now + lifeMs;
    const all = [...byDigest.values()];
    const rows = await db.rows<MintedRow>(sql.mintTokens, [
      map.id,
      all.map(({ type }) => type),
      [...byDigest.keys()],
      all.map(({ value }) => sealValue(map, value)),
      now,
      expiresAt,
      service,
    ]);
    for (const { digest, number, services } of rows) {
      const personal = byDigest.get(digest);
      if (personal) remember(known, personal, { number, expiresAt, services });
    }
    known.checkedAt = now;
    makeRoom();
    return rows.length === byDigest.size;
  }

  async function numbersOf(known: Hot, values: readonly Personal[], service: string) {
    const missing = values.filter((personal) => !isFresh(known, personal, service));
    if (missing.length > 0 && !(await mint(known, missing, service))) return undefined;
    const numbers = new Map<string, number>();
    for (const personal of values) {
      const entry = known.entries.get(entryKey(personal));
      if (entry) numbers.set(entryKey(personal), entry.number);
    }
    return numbers.size === values.length ? numbers : undefined;
  }

  return {
    /** Names that this person met within the day, to be found again in free text. */
    async names(owner: PiiOwner): Promise<NameIndex | undefined> {
      return (await lookUp(owner))?.names;
    },

    /**
     * The number of each of `values` (each once), seen in an answer of `service`. At most one query
     * when the map is known here. Throws `too_large` for more than 20,000 values.
     */
    async number(
      owner: PiiOwner,
      values: readonly Personal[],
      service: string,
    ): Promise<(personal: Personal) => number> {
      if (values.length > maxMinted) {
        throw new AppError('too_large', `This holds more than ${maxMinted} personal values.`);
      }
      for (let tries = 0; tries < 3; tries += 1) {
        const known = (await lookUp(owner)) ?? (await load(owner, await owners.require(owner)));
        const numbers = await numbersOf(known, values, service);
        if (numbers) return (personal) => numbers.get(entryKey(personal)) ?? 0;
        hot.delete(ownerKey(owner));
      }
      throw new Error('the map was forgotten three times while it was written');
    },

    /** What is stored of these tokens; those that are not there are left out. */
    async resolve(
      owner: PiiOwner,
      wanted: readonly { type: string; number: number }[],
    ): Promise<{ ownerId: string; tokens: Resolved[] }> {
      const { workspace, userId, namespace } = owner;
      type Row = NewestRow & { sealed: string | null; ownerId: string; sealedKey: string };
      const types = wanted.map(({ type }) => type);
      const numbers = wanted.map((token) => token.number);
      const values = [workspace, userId, namespace, types, numbers];
      const rows = await db.rows<Row>(sql.selectTokens, values);
      const [first] = rows;
      if (!first) return { ownerId: '', tokens: [] };
      const { ownerId: id, sealedKey } = first;
      const known = hot.get(ownerKey(owner))?.map;
      const map = known?.id === id ? known : await owners.open(owner, { id, sealedKey });
      const now = clock.now();
      const tokens = rows.map(({ type, number, sealed, services, expiresAt }) => {
        const isLive = map && sealed !== null && expiresAt > now;
        return { type, number, services, value: isLive ? openValue(map, sealed) : undefined };
      });
      return { ownerId: id, tokens };
    },

    /** Counts a use of each. */
    async markUsed(ownerId: string, tokens: readonly Resolved[]): Promise<void> {
      const types = tokens.map(({ type }) => type);
      const numbers = tokens.map(({ number }) => number);
      await db.run(sql.markUsed, [ownerId, types, numbers, clock.now()]);
    },

    /** Opens maps for listing. */
    open: owners.open,

    /** Forgets what this process knows of a person. */
    dropPerson(workspace: string, userId: string): void {
      const beginning = ownerKey({ workspace, userId, namespace: '' }).slice(0, -3);
      for (const key of hot.keys()) if (key.startsWith(beginning)) hot.delete(key);
    },

    /** Values of people who have not been here for ten minutes leave the memory. */
    dropIdle(): void {
      const before = clock.now() - idleMs;
      for (const [key, { usedAt }] of hot) if (usedAt < before) hot.delete(key);
      for (const [key, checkedAt] of absent) if (!isTrusted(checkedAt)) absent.delete(key);
    },
  };
}
