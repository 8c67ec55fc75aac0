// `readableBy` and `authorise` agree on random worlds, and the SQL of its docstring agrees with
// both on a real database.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type FreshDatabase, freshDatabase } from '../../test/kit/database.ts';
import {
  anonymous,
  authorise,
  type Caller,
  type Membership,
  ownerOf,
  type Role,
  systemCall,
} from '../operation/index.ts';
import { selectReadable } from './readable.sql.ts';
import { readableBy } from './readable.ts';

/** Mulberry32: the same worlds in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const names = ['ann', 'bob', 'bo', 'a'];
const groups = ['ops', 'op', 'ann'];
const folders = ['team', 'tea', 'ann', 'ops'];

interface Item {
  path: string;
  extraPerms: Record<string, boolean>;
}

function worldOf(seed: number): { caller: Caller; items: Item[] } {
  const below = random(seed);
  const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;
  const some = <Value>(values: readonly Value[]): Value[] => values.filter(() => below(2) === 0);
  const read = some(folders);
  const write = some(read);
  const membership: Membership = {
    workspace: 'home',
    username: oneOf(names),
    // Admins see everything: one world in five is enough of that.
    role: oneOf<Role>(['developer', 'developer', 'operator', 'operator', 'admin']),
    groups: ['all', ...some(groups)],
    folders: { read, write, own: some(write) },
  };
  const caller: Caller = {
    ...anonymous,
    kind: oneOf(['token', 'session', 'job']),
    userId: 'id',
    scopes: null,
    readOnly: below(2) === 0,
    boundWorkspace: below(2) === 0 ? 'home' : null,
    superAdmin: membership.role === 'admin' && below(2) === 0,
    membership: below(20) === 0 ? null : membership,
  };
  const principals = [
    'g/all',
    ...names.map((one) => `u/${one}`),
    ...groups.map((one) => `g/${one}`),
  ];
  const items = Array.from({ length: 12 }, () => {
    const top = below(2) === 0 ? `u/${oneOf(names)}` : `f/${oneOf(folders)}`;
    const granted = below(3) === 0 ? [oneOf(principals), oneOf(principals)] : [];
    return {
      path: `${top}/${below(2) === 0 ? 'x' : 'u/ann'}`,
      extraPerms: Object.fromEntries(granted.map((one) => [one, below(2) === 0])),
    };
  });
  return { caller, items };
}

const worlds = Array.from({ length: 400 }, (_none, seed) => worldOf(seed));

function authorised({ caller, items }: { caller: Caller; items: Item[] }): boolean[] {
  const ask = { action: 'scripts:read', risk: 'read' } as const;
  return items.map((item) => authorise(caller, ask, { kind: 'scripts', ...item }).allowed);
}

describe('readableBy', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database.drop());

  it('agrees with authorise on random worlds', () => {
    let readable = 0;
    for (const [seed, world] of worlds.entries()) {
      const who = readableBy(world.caller);
      const listed = world.items.map(
        ({ path, extraPerms }) =>
          who.all ||
          who.owners.includes(ownerOf(path)) ||
          Object.keys(extraPerms).some((principal) => who.principals.includes(principal)),
      );
      assert.deepEqual(listed, authorised(world), `world ${seed}`);
      readable += listed.filter(Boolean).length;
    }
    const share = readable / (worlds.length * 12);
    assert.ok(share > 0.3 && share < 0.9, `the worlds say something: ${share}`);
  });

  it('agrees with its own SQL', async () => {
    for (const [seed, world] of worlds.entries()) {
      const { all, owners, principals } = readableBy(world.caller);
      const rows = await database.db.rows<{ readable: boolean }>(selectReadable, [
        all,
        owners,
        principals,
        world.items.map(({ path }) => ownerOf(path)),
        world.items.map(({ extraPerms }) => JSON.stringify(extraPerms)),
      ]);
      assert.deepEqual(
        rows.map((row) => row.readable),
        authorised(world),
        `world ${seed}`,
      );
    }
  });

  it('is everything for the product itself and nothing for nobody', () => {
    assert.equal(readableBy(systemCall('home').caller).all, true);
    assert.deepEqual(readableBy(anonymous), { all: false, owners: [], principals: [] });
    const guest = { ...anonymous, kind: 'token', userId: 'id', superAdmin: true } as const;
    assert.deepEqual(readableBy(guest), { all: false, owners: [], principals: [] });
  });
});
