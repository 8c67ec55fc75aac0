// The one error class that callers may see, and the table of its codes.
// Everything else that is thrown is a bug: the surface logs it under an id and shows `internal`.

/** Every code with the HTTP status it answers with (RFC 9110 section 15). */
export const statusOfCode = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  insufficient_scope: 403,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  confirmation_required: 428,
  rate_limited: 429,
  canceled: 499,
  internal: 500,
  not_implemented: 501,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof statusOfCode;

export interface AppErrorOptions {
  /** What the caller can do next, one sentence. */
  hint?: string;
  cause?: unknown;
  /** Machine-readable facts that the caller may see (never a secret). */
  details?: Record<string, unknown>;
}

/**
 * An error that is meant for the caller: `message` says what happened, `hint` what to do next.
 * Neither may hold a secret, SQL, or a sign of something the caller may not see.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }

  get status(): number {
    return statusOfCode[this.code];
  }
}

/** The one not-found answer: what is not there and what one may not see must look alike. */
export function notFound(kind: string, name: string): AppError {
  return new AppError('not_found', `Not found: ${kind} not found at name ${name}`);
}

/** The message of anything thrown, for logs and job results: scripts may throw strings or null. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === 'string' ? thrown : String(thrown);
}
