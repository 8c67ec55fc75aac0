// What callers see of an error: AppErrors as they are, errors of the web framework in our words,
// and everything else, which is a bug, as `internal` with the id under which the log has it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type Log, newId } from '../../base/index.ts';
import { bodyTooLarge } from './bodies.ts';

export interface Failure {
  error: AppError;
  /** Under which the log has a bug. */
  id?: string;
}

interface FrameworkError {
  code?: unknown;
  statusCode?: unknown;
}

/** An error of Fastify or Node about the request itself; undefined for anything else. */
function ofRequest(thrown: FrameworkError, request: FastifyRequest): AppError | undefined {
  switch (thrown.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return bodyTooLarge();
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE': {
      const given = request.headers['content-type']?.slice(0, 80);
      const what = given === undefined ? 'The body has no Content-Type.' : `Not taken: ${given}.`;
      return new AppError('unsupported_media_type', what, {
        hint: 'Send JSON with `Content-Type: application/json`.',
      });
    }
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError('invalid_input', 'The body is not as long as Content-Length says.');
    case 'FST_ERR_BAD_URL':
      return new AppError('invalid_input', 'The address is not well formed.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AppError('invalid_input', 'A part of the address is too long.');
    case 'ECONNRESET':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return new AppError('canceled', 'The client went away.');
    default:
  }
  const status = Number(thrown.statusCode);
  if (!(status >= 400 && status < 500)) return undefined;
  return new AppError('invalid_input', 'The request is not well formed.');
}

/** What to answer for `thrown`; logs what is a bug. */
export function failureOf(thrown: unknown, request: FastifyRequest, log: Log): Failure {
  if (thrown instanceof AppError) return { error: thrown };
  const known = ofRequest(thrown ?? {}, request);
  if (known) return { error: known };
  const id = newId();
  // The route's pattern, not the address: that may hold what people typed.
  log.error('a request failed', {
    id,
    method: request.method,
    route: request.routeOptions.url,
    error: thrown,
  });
  const error = new AppError('internal', 'Something went wrong inside the server.', {
    hint: `Its log has the error under the id ${id}.`,
  });
  return { error, id };
}

/** The status and headers that go with an error, whatever the form of its body. */
export function prepareRefusal(reply: FastifyReply, { error }: Failure): FastifyReply {
  void reply.code(error.status).header('cache-control', 'no-store');
  if (error.status === 401) void reply.header('www-authenticate', 'Bearer realm="millrace"');
  const wait = error.details?.['retryAfterSecs'];
  if (typeof wait === 'number') void reply.header('retry-after', String(Math.ceil(wait)));
  return reply;
}

/** The body of an error in our own REST. */
export function failureJson({ error, id }: Failure): Record<string, unknown> {
  const { code, message, hint, details } = error;
  return {
    error: {
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
      ...(id === undefined ? {} : { id }),
    },
  };
}
