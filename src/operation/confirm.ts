// The stage that asks before a model does what stands in `high-risk.ts`: the person at once, where
// the client can; otherwise the model gets a one-time id to come back with when the person agreed.
// Calls that no model makes in a conversation have no `interactive` and pass.
import { AppError, canonicalJson, type Clock, newSecret, sha256 } from '../base/index.ts';
import type { Database } from '../store/index.ts';
import type { Call } from './call.ts';
import * as sql from './confirmations.sql.ts';
import { highRiskOf, highRiskOperations, mayNeedConsent } from './high-risk.ts';
import type { Stage } from './invoke.ts';

/** How long an id is good, in milliseconds. */
const goodForMs = 300_000;
/** How long one that is not good any more is known, to say why. */
const knownForMs = 3_600_000;
const pattern = /^[A-Za-z0-9]{32}$/;

/** Yes or no is all that is asked. */
const nothingToFill = { type: 'object', properties: {} };

/** The argument of tools that brings the id back. */
const confirmationArgument = 'confirmation_id';

interface Confirming {
  db: Database;
  clock: Clock;
}

/** What is to be confirmed. */
interface Asked {
  call: Call;
  tool: string;
  operation: string;
  input: unknown;
}

interface Stored {
  tool: string;
  operation: string;
  argumentsHash: string;
  expiresAt: number;
  spentAt: number | null;
}

const refused = (message: string): AppError =>
  new AppError('forbidden', `Nothing was done: ${message}`, {
    hint: `Ask the user again, and call the tool without ${confirmationArgument} for a new id.`,
  });

const askedBy = ({ caller }: Call): string => caller.userId ?? caller.email;

/** With the id, which the database does not know: a short secret cannot be guessed from it. */
const argumentsHash = (id: string, { call, input }: Asked): string =>
  sha256(`${id} ${canonicalJson([call.workspace, input])}`);

function whyNot(row: Stored | undefined, asked: Asked, { id, now }: { id: string; now: number }) {
  if (!row) return refused(`this ${confirmationArgument} is not known.`);
  if (row.tool !== asked.tool || row.operation !== asked.operation) {
    return refused(`this ${confirmationArgument} is for another tool.`);
  }
  if (row.argumentsHash !== argumentsHash(id, asked)) {
    return refused(`this ${confirmationArgument} is for other arguments.`);
  }
  if (row.spentAt !== null) return refused(`this ${confirmationArgument} was used already.`);
  if (row.expiresAt <= now) {
    return refused(`this ${confirmationArgument} was good for ${goodForMs / 60_000} minutes.`);
  }
  return refused(`this ${confirmationArgument} is not good any more.`);
}

function createConfirmations({ db, clock }: Confirming) {
  return {
    /** Throws `confirmation_required` with a new id. */
    async require(asked: Asked, saying: string): Promise<never> {
      const { call, tool, operation } = asked;
      const id = newSecret();
      const expiresAt = clock.now() + goodForMs;
      await db.run(sql.insertConfirmation, [
        sha256(id),
        askedBy(call),
        tool,
        operation,
        argumentsHash(id, asked),
        expiresAt,
        clock.now() - knownForMs,
      ]);
      throw new AppError('confirmation_required', `Nothing was done yet. This would: ${saying}`, {
        hint:
          'Tell the user exactly that and ask. Only if they agree, call the tool again with the ' +
          `same arguments and ${confirmationArgument} ${id}, within 5 minutes.`,
        details: { [confirmationArgument]: id, expiresAt, tool, saying },
      });
    },

    /** Throws `forbidden` with the reason when the id is not good for this call, or no more. */
    async spend(asked: Asked, id: string): Promise<void> {
      const { call, tool, operation } = asked;
      const now = clock.now();
      const who = askedBy(call);
      const known = pattern.test(id);
      const facts = [sha256(id), who, tool, operation, argumentsHash(id, asked), now];
      if (known && (await db.row(sql.spendConfirmation, facts))) return;
      const row = known
        ? await db.row<Stored>(sql.selectConfirmation, [sha256(id), who])
        : undefined;
      throw whyNot(row, asked, { id, now });
    },
  };
}

/**
 * Obtains a person's consent to one call: resolves when there is one, throws
 * `confirmation_required` with a new id where the client cannot ask, `forbidden` for an id that is
 * not good, `canceled` when the person does not agree. A call without `interactive` is not asked.
 */
function createConsent(deps: Confirming) {
  const confirmations = createConfirmations(deps);
  return async (asked: Omit<Asked, 'tool'>, saying: string): Promise<void> => {
    const { call } = asked;
    const { interactive } = call;
    if (!interactive) return;
    const whole: Asked = { ...asked, tool: interactive.tool };
    if (interactive.confirmation !== undefined) {
      await confirmations.spend(whole, interactive.confirmation);
      return;
    }
    const question = { key: 'confirm', message: saying, form: nothingToFill, once: true };
    const { action } = (await call.asking?.ask(question)) ?? { action: 'cannot' };
    if (action === 'cannot') await confirmations.require(whole, saying);
    if (action === 'accept') return;
    throw new AppError('canceled', 'Nothing was done: the user did not agree.', {
      hint: 'Do not try again unless the user asks for it.',
    });
  };
}

/** After `authorise`: who may not do a thing is not asked about it. */
function confirmStage(deps: Confirming): Stage {
  const consent = createConsent(deps);
  return async ({ call, name, input }, next) => {
    const saying = call.interactive && highRiskOf(name, input);
    if (saying !== undefined) await consent({ call, operation: name, input }, saying);
    return next();
  };
}

/** Consent, as the rest of the house sees it. */
export const confirmation = {
  stage: confirmStage,
  /** For what only a feature knows to be risky. */
  obtain: createConsent,
  argument: confirmationArgument,
  mayBeNeeded: mayNeedConsent,
  operations: highRiskOperations,
};
