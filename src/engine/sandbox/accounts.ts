// Unprivileged uids for commands when the server is root: each live command has its own, so that
// none can signal, trace or read another. The uids need no entry in the password file.
import { readdirSync, readFileSync, statSync } from 'node:fs';

// 1879048192..2147352575 is the range that systemd's table of uids leaves unassigned.
const wide = { first: 1_900_000_000, blocks: 3000, size: 65_536 };
// A container with a user namespace often maps only 65536 uids; below 61184 people live.
const narrow = { first: 61_184, blocks: 16, size: 256 };

export interface Accounts {
  /** The account of commands that ask for none (installing packages): stable for this server. */
  readonly builder: number;
  take(): number;
  release(uid: number): void;
  /** First and last uid of the block. */
  readonly range: readonly [number, number];
}

function mapsWideRange(): boolean {
  try {
    return readFileSync('/proc/self/uid_map', 'utf8')
      .trim()
      .split('\n')
      .some((line) => {
        const [inside = 0, , length = 0] = line.trim().split(/\s+/).map(Number);
        return inside <= wide.first && inside + length > wide.first + wide.blocks * wide.size;
      });
  } catch {
    return false;
  }
}

/** Owners of all live processes, so that two servers on one machine never share a block of uids. */
function liveUids(): Set<number> {
  const uids = new Set<number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      uids.add(statSync(`/proc/${name}`).uid);
    } catch {
      // It ended meanwhile.
    }
  }
  return uids;
}

/** Takes a block of uids that no live process has. `seed` spreads servers over the blocks. */
export function createAccounts(seed: number): Accounts {
  const range = mapsWideRange() ? wide : narrow;
  const live = [...liveUids()];
  const firstOf = (index: number): number =>
    range.first + ((seed + index) % range.blocks) * range.size;
  let first = firstOf(0);
  for (let index = 1; index < range.blocks; index += 1) {
    const busy = live.some((uid) => uid >= first && uid < first + range.size);
    if (!busy) break;
    first = firstOf(index);
  }
  const taken = new Set<number>();
  let next = 1;
  return {
    builder: first,
    take() {
      // Uids come round only after the whole block.
      for (let tries = 1; tries < range.size; tries += 1) {
        const uid = first + next;
        next = next + 1 >= range.size ? 1 : next + 1;
        if (!taken.has(uid)) {
          taken.add(uid);
          return uid;
        }
      }
      throw new Error(`all ${range.size} accounts for commands are in use`);
    },
    release(uid) {
      taken.delete(uid);
    },
    range: [first, first + range.size - 1],
  };
}
