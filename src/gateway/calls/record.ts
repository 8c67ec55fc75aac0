// Around every call of a service, refused or not, stands its row of the log: what was asked for by
// whom, and what became of it. A refusal tells its caller the number of the row.
import { AppError } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { AuditHandle, CallFacts, CallOutcome } from '../audit/index.ts';
import { reasonOf } from '../reasons.ts';
import type { Flight, ServiceResult, Wanted } from './flight.ts';

/** What stages note of a call for its row. */
export interface CallNotes {
  /** The hook that decided. */
  hook?: string;
  /** How many values of each kind were hidden from the model. */
  piiCounts?: Record<string, number>;
  upstreamMs?: number;
  /** Size of the answer as the caller gets it. */
  bytesOut?: number;
}

/** Port: the log of service calls. */
export interface CallLog {
  begin(facts: CallFacts): Promise<AuditHandle>;
}

/** The service did not do it; everything else below 500 is a refusal of ours. */
const ofTheService = /^(?:upstream_|response_too_large$|canceled$|timeout$)/;

function endOf(error: unknown): Pick<CallOutcome, 'decision' | 'reasonCode'> {
  const reasonCode = reasonOf(error);
  const status = error instanceof AppError ? error.status : 500;
  const failed = ofTheService.test(reasonCode) || status >= 500;
  return { decision: failed ? 'failed' : 'refused', reasonCode };
}

function numbered(error: unknown, id: string): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, message, hint, details } = error;
  return new AppError(code, message, {
    cause: error,
    details: { ...details, audit_id: id },
    ...(hint !== undefined && { hint }),
  });
}

function factsOf(call: Call, wanted: Wanted, flight: Flight | undefined): CallFacts {
  const { userId, jobId, delegation } = call.caller;
  return {
    id: call.id,
    workspace: call.workspace ?? '',
    subject: userId,
    jobId,
    actor: delegation?.actor ?? null,
    delegationId: delegation?.tokenId ?? null,
    grantId: delegation?.grantId ?? null,
    service: wanted.service,
    action: wanted.action,
    class: flight?.action.class ?? null,
    params: wanted.params,
    client: call.client ?? null,
    causedBy: call.causedBy,
  };
}

/** `found`: the flight, or why there is none. */
export async function recorded(
  { log, call, wanted }: { log: CallLog; call: Call; wanted: Wanted },
  found: { flight: Flight } | { error: unknown },
  fly: (flight: Flight) => Promise<ServiceResult>,
): Promise<ServiceResult> {
  const flight = 'flight' in found ? found.flight : undefined;
  const row = await log.begin(factsOf(call, wanted, flight));
  try {
    if ('error' in found) throw found.error;
    const result = await fly(found.flight);
    await row.complete({
      decision: 'allowed',
      reasonCode: wanted.dryRun ? 'dry_run' : null,
      ...flight?.notes,
    });
    return result;
  } catch (error) {
    await row.complete({ ...endOf(error), ...flight?.notes });
    throw numbered(error, row.id);
  }
}
