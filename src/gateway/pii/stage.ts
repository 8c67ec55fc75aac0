// The two places of personal values in a call: what comes back passes `protectStage`, results and
// errors alike, and right before a request goes out `restoreStage` puts values for tokens.
import { AppError } from '../../base/index.ts';
import type { JsonObject } from '../action.ts';
import type { Progress } from '../../operation/index.ts';
import type { Flight, ServiceResult, Stage } from '../calls/index.ts';
import { cutSaid } from '../said.ts';
import type { PiiOwner } from './owner.ts';
import type { Pii } from './pii.ts';

/** Runs have a map of their own: a flow cannot turn the tokens of a conversation into values. */
const ownerOf = ({ workspace, subject, call }: Flight): PiiOwner => ({
  workspace,
  userId: subject.userId,
  namespace: call.caller.delegation?.grantId ?? '',
});

async function withoutValues(pii: Pii, flight: Flight, error: AppError): Promise<AppError> {
  const { message, hint, details } = error;
  const { service, action } = flight;
  const how = { service: service.declaration.name, nameFields: action.nameFields };
  const said = await pii.protect(ownerOf(flight), { message, hint, details }, how);
  const cleaned = said.value as { message: string; hint?: string; details?: JsonObject };
  const shown = cutSaid(cleaned.message);
  if (Object.keys(said.counts).length === 0 && shown === message) return error;
  flight.notes.piiCounts = said.counts;
  // Without the cause, which holds the same values.
  return new AppError(error.code, shown, {
    ...(cleaned.hint !== undefined && { hint: cleaned.hint }),
    ...(cleaned.details !== undefined && { details: cleaned.details }),
  });
}

const maxProgressBytes = 600;

/** So many words of progress wait to be searched; of more the numbers alone go on. */
const maxWaiting = 20;

/** Progress in order, with the words of the service searched like its results. */
function protectedProgress(pii: Pii, flight: Flight, tell: (progress: Progress) => void) {
  const { service, action } = flight;
  const how = { service: service.declaration.name, nameFields: action.nameFields };
  let waiting = 0;
  let told = Promise.resolve();

  async function words(message: string): Promise<{ message?: string }> {
    try {
      const { value } = await pii.protect(ownerOf(flight), message, how);
      return { message: cutSaid(String(value), maxProgressBytes) };
    } catch {
      // What cannot be searched is not said; why is in the log.
      return {};
    }
  }

  return {
    hear({ message, ...numbers }: Progress): void {
      const searches = message !== undefined && waiting < maxWaiting;
      waiting += 1;
      told = told.then(async () => {
        const said = searches ? await words(message) : {};
        waiting -= 1;
        try {
          tell({ ...numbers, ...said });
        } catch {
          // Who does not listen any more misses progress alone.
        }
      });
    },
    /** Resolves when all of it is told; never rejects. */
    told: () => told,
  };
}

/** Throws `pii_scrub_failed` rather than to show anything that it could not search. */
export const protectStage =
  (pii: Pii): Stage =>
  async (flight, next): Promise<ServiceResult> => {
    const { onProgress } = flight.call;
    const progress = onProgress && protectedProgress(pii, flight, onProgress);
    if (progress) flight.onProgress = progress.hear;
    const result = await next().catch(async (error: unknown) => {
      // Neither a failure nor a result comes before what was said on the way.
      await progress?.told();
      throw error instanceof AppError ? await withoutValues(pii, flight, error) : error;
    });
    await progress?.told();
    const { service, action } = flight;
    const how = { service: service.declaration.name, nameFields: action.nameFields };
    const answer = [result.value, ...result.notes];
    const { value, counts } = await pii.protect(ownerOf(flight), answer, how);
    flight.notes.piiCounts = counts;
    const [shown, ...notes] = value as [unknown, ...string[]];
    return { ...result, value: shown, notes };
  };

/** Throws `pii_token_unknown`, `pii_token_expired` or `pii_cross_service`: nothing was sent. */
export const restoreStage =
  (pii: Pii): Stage =>
  async (flight, next): Promise<ServiceResult> => {
    const { service, action } = flight;
    const how = { fields: action.restoreIn, service: service.declaration.name };
    const { params, left } = await pii.restore(ownerOf(flight), flight.params, how);
    flight.params = params;
    const result = await next();
    if (left.length === 0) return result;
    const where = left.slice(0, 10).map(({ token, field }) => `${token} in ${field}`);
    const note = `Sent as tokens, because these fields take no values: ${where.join(', ')}.`;
    return { ...result, notes: [...result.notes, note] };
  };
