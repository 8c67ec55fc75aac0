// What OAuth calls the reasons for which no token is given (RFC 6749 section 5.2, RFC 8693 section
// 2.2.2), and how the token endpoint says them.
import { AppError } from '../../base/index.ts';
import { type Reason, reasonOf } from '../reasons.ts';

const oauthErrorOf = {
  request_malformed: 'invalid_request',
  instance_not_registered: 'invalid_request',
  workspace_mismatch: 'invalid_request',
  caller_unverified: 'invalid_request',
  job_token_expired: 'invalid_request',
  job_token_forged: 'invalid_request',
  job_not_running: 'invalid_request',
  job_is_preview: 'invalid_request',
  replayed: 'invalid_request',
  rate_limited: 'invalid_request',
  subject_unknown: 'invalid_request',
  subject_disabled: 'invalid_request',
  subject_not_allowed: 'invalid_request',
  client_unknown: 'invalid_client',
  client_not_allowed: 'unauthorized_client',
  grant_pending: 'unauthorized_client',
  grant_revoked: 'unauthorized_client',
  grant_expired: 'unauthorized_client',
  delegation_disabled: 'unsupported_grant_type',
  audience_unknown: 'invalid_target',
  declaration_missing: 'invalid_scope',
  declaration_invalid: 'invalid_scope',
  service_unknown: 'invalid_scope',
  service_not_declared: 'invalid_scope',
  class_not_declared: 'invalid_scope',
  verifier_unavailable: 'temporarily_unavailable',
} as const satisfies Partial<Record<Reason, string>>;

/** Why an exchange is refused. */
export type ExchangeReason = keyof typeof oauthErrorOf;

/** The reason of a refusal; undefined for an error that is none. */
export function reasonIn(error: unknown): ExchangeReason | undefined {
  const reason = reasonOf(error);
  return Object.hasOwn(oauthErrorOf, reason) ? (reason as ExchangeReason) : undefined;
}

/** What the token endpoint answers: RFC 6749 section 5.2 with the reason beside. */
export interface OAuthRefusal {
  status: number;
  body: { error: string; error_description: string; reason_code: string; audit_id: string };
}

const statusOf: Readonly<Record<string, number>> = {
  invalid_client: 401,
  temporarily_unavailable: 503,
};

export function oauthRefusal(
  reason: ExchangeReason,
  { error, auditId }: { error: AppError; auditId: string },
): OAuthRefusal & { body: Record<string, unknown> } {
  const name = oauthErrorOf[reason];
  const grantId = error.details?.['grant_id'];
  return {
    status: statusOf[name] ?? 400,
    body: {
      error: name,
      error_description: [error.message, error.hint].filter(Boolean).join(' '),
      reason_code: reason,
      audit_id: auditId,
      ...(typeof grantId === 'string' && { grant_id: grantId }),
    },
  };
}
