// What a token is able to do, and the rule that none ever makes or changes one into more than it
// can do itself. Pure.
import { AppError } from '../../base/index.ts';
import { scopesBeyond } from '../../operation/index.ts';

export interface Power {
  /** Null: everything that the person may do. */
  scopes: readonly string[] | null;
  /** The only workspace; null: all of the person's. */
  workspace: string | null;
  readOnly: boolean;
  /** Epoch milliseconds; null: never. */
  expiresAt: number | null;
}

/** A person at a page: may hand on everything. */
export const fullPower: Power = {
  scopes: null,
  workspace: null,
  readOnly: false,
  expiresAt: null,
};

const refuse = (message: string, hint: string): AppError =>
  new AppError('forbidden', message, { hint });

/** Why `wanted` is more than `held`; undefined when it is not. */
export function beyondPower(held: Power, wanted: Power): AppError | undefined {
  const beyond = scopesBeyond(held.scopes, wanted.scopes);
  if (beyond.length > 0) {
    const holds = held.scopes?.join(' ') || 'no scopes';
    return new AppError('insufficient_scope', 'A token cannot give more than it holds.', {
      hint: `This one holds ${holds}; beyond it: ${beyond.join(' ')}.`,
      details: { scopes: [...(held.scopes ?? [])], beyond },
    });
  }
  if (held.workspace !== null && wanted.workspace !== held.workspace) {
    return refuse(
      `This token is bound to the workspace ${held.workspace}.`,
      'It makes and changes only tokens that are bound to the same one.',
    );
  }
  if (held.readOnly && !wanted.readOnly) {
    return refuse('This token is read-only.', 'It gives read-only tokens only.');
  }
  const longer = wanted.expiresAt === null || wanted.expiresAt > (held.expiresAt ?? Infinity);
  if (held.expiresAt !== null && longer) {
    return refuse(
      'A token cannot make one that outlives it.',
      `Give an expiration until ${new Date(held.expiresAt).toISOString()}, or log in.`,
    );
  }
  return undefined;
}
