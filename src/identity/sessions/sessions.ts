// Logging in and out. A wrong password, an unknown address and a disabled account are the same
// answer after the same work.
import { AppError, type Clock } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Passwords } from '../passwords.ts';
import type { Changed } from '../person.ts';
import { deleteSession, issueSession } from '../tokens/index.ts';
import { findUserByEmail } from '../users/index.ts';

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions({
  db,
  clock,
  passwords,
  changed,
}: {
  db: Database;
  clock: Clock;
  passwords: Passwords;
  changed: Changed;
}) {
  return {
    async login(given: { email: string; password: string }): Promise<{ token: string }> {
      const row = await findUserByEmail(db, given.email.trim().toLowerCase());
      const right = await passwords.verify(given.password, row?.passwordHash);
      const passwordHash = row?.passwordHash;
      const issued =
        right && row && passwordHash
          ? await issueSession(db, { userId: row.id, at: clock.now(), passwordHash })
          : undefined;
      if (issued) return { token: issued.token };
      throw new AppError('unauthenticated', 'The e-mail address or the password is not right.');
    },

    async logout({ caller }: Call): Promise<Record<string, never>> {
      if (caller.kind !== 'session' || caller.tokenId === null) {
        throw new AppError('invalid_input', 'This is a token, not a session.', {
          hint: 'tokens.delete revokes a token.',
        });
      }
      await db.run(deleteSession, [caller.tokenId]);
      changed();
      return {};
    },
  };
}
