// Why a call of a service is refused, as audit rows and clients know it: one closed list, whose
// names are those of the reference for delegated access.
import { AppError, type ErrorCode } from '../base/index.ts';

const codeOfReason = {
  service_unknown: 'not_found',
  action_unknown: 'not_found',
  action_not_active: 'forbidden',
  invalid_params: 'invalid_input',
  wrong_tool: 'invalid_input',
  class_not_allowed: 'insufficient_scope',
  read_only_mode: 'forbidden',
  high_risk_not_enabled: 'forbidden',
  auth_required: 'forbidden',
  upstream_failed: 'unprocessable',
  upstream_unavailable: 'unavailable',
  upstream_rate_limited: 'rate_limited',
  response_too_large: 'too_large',
  pii_token_unknown: 'unprocessable',
  pii_token_expired: 'gone',
  pii_cross_service: 'forbidden',
  pii_scrub_failed: 'unavailable',
  confirmation_required: 'confirmation_required',
  audit_unavailable: 'unavailable',
} as const satisfies Record<string, ErrorCode>;

export type Reason = keyof typeof codeOfReason;

/** A refusal: its reason stands in `details.reason_code`, with what else the caller may know. */
export function refusal(
  reason: Reason,
  message: string,
  { hint, details, cause }: { hint?: string; details?: object; cause?: unknown } = {},
): AppError {
  return new AppError(codeOfReason[reason], message, {
    ...(hint !== undefined && { hint }),
    ...(cause !== undefined && { cause }),
    details: { reason_code: reason, ...details },
  });
}

/** The reason of an error that a stage threw; for any other error its code. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof AppError)) return 'internal';
  const reason = error.details?.['reason_code'];
  return typeof reason === 'string' ? reason : error.code;
}
