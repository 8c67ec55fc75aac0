// A new secret for a token that there is: the same rights for as long again. The old one dies at
// once, or after a grace in which clients can be changed one by one.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { type Changed, personOf } from '../person.ts';
import { issueToken } from './issue.ts';
import { beyondPower, type Power } from './power.ts';
import * as sql from './tokens.sql.ts';

interface Held extends Power {
  id: string;
  label: string | null;
  inUrl: boolean;
  createdAt: number;
  connection: string | null;
}

export interface Rotated {
  token: string;
  prefix: string;
  /** Epoch milliseconds; null: never. */
  expiresAt: number | null;
  oldEndsAt: number;
}

export function createRotate({
  db,
  clock,
  changed,
  powerOf,
}: {
  db: Database;
  clock: Clock;
  changed: Changed;
  powerOf: (call: Call) => Promise<Power>;
}) {
  return async (call: Call, prefix: string, graceMs: number): Promise<Rotated> => {
    const userId = personOf(call);
    const held = await powerOf(call);
    const rotated = await db.transaction(async (queries): Promise<Rotated> => {
      // Held until the end: two who rotate at once make one token, unless there is a grace.
      const at = clock.now();
      const old = await queries.row<Held>(sql.holdToken, [userId, prefix, at]);
      if (!old) throw notFound('token', prefix);
      if (old.connection !== null) {
        throw new AppError('conflict', 'This token belongs to a connected client.', {
          hint: 'The client renews it by itself; to end it, revoke the connection.',
        });
      }
      const lifeMs = old.expiresAt === null ? Infinity : old.expiresAt - old.createdAt;
      const until = Math.min(at + lifeMs, held.expiresAt ?? Infinity);
      const power = { ...old, expiresAt: until === Infinity ? null : until };
      const refusal = beyondPower(held, power);
      if (refusal) throw refusal;
      const label = old.label ?? undefined;
      const issued = await issueToken(queries, { ...power, kind: 'user', userId, at, label });
      if (!issued) throw new AppError('unauthenticated', 'This account is disabled.');
      const oldEndsAt = Math.min(at + graceMs, old.expiresAt ?? Infinity);
      await queries.run(sql.endToken, [old.id, oldEndsAt]);
      return { ...issued, expiresAt: power.expiresAt, oldEndsAt };
    });
    changed();
    return rotated;
  };
}
