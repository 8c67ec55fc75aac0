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
  tool_definition_changed: 'forbidden',
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
  hook_denied: 'forbidden',
  hook_failed: 'unavailable',
  // Of flows that act for a person: who asks, for which run, and what it may.
  request_malformed: 'invalid_input',
  client_unknown: 'unauthenticated',
  client_not_allowed: 'forbidden',
  audience_unknown: 'invalid_input',
  delegation_disabled: 'forbidden',
  instance_not_registered: 'invalid_input',
  workspace_mismatch: 'invalid_input',
  caller_unverified: 'invalid_input',
  job_token_expired: 'invalid_input',
  job_token_forged: 'invalid_input',
  job_not_running: 'invalid_input',
  job_is_preview: 'invalid_input',
  replayed: 'invalid_input',
  rate_limited: 'rate_limited',
  verifier_unavailable: 'unavailable',
  subject_unknown: 'invalid_input',
  subject_disabled: 'invalid_input',
  subject_not_allowed: 'invalid_input',
  declaration_missing: 'forbidden',
  declaration_invalid: 'invalid_input',
  service_not_declared: 'forbidden',
  class_not_declared: 'forbidden',
  high_risk_not_granted: 'forbidden',
  outside_owner_scope: 'forbidden',
  owner_not_connected: 'forbidden',
  grant_pending: 'forbidden',
  grant_revoked: 'forbidden',
  grant_expired: 'forbidden',
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
