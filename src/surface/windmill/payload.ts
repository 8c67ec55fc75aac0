// The arguments of a run out of a request, by Windmill's payload rules, and its run options.
import { AppError, isObject } from '../../base/index.ts';
import { present } from './fields.ts';
import type { WireRequest } from './wire-request.ts';

type Args = Record<string, unknown>;

/** `payload=`: base64 (either alphabet, padded or not) of JSON, for runs by GET. */
function payloadOf({ query, parseJson }: WireRequest): unknown {
  const payload = query.text('payload');
  if (payload === undefined) return undefined;
  // A `+` that was not escaped arrives as a space.
  const encoded = payload.replaceAll(' ', '+');
  if (!/^[\w+/-]*={0,2}$/.test(encoded)) {
    throw new AppError('invalid_input', 'The query value payload is not base64.');
  }
  try {
    return parseJson(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    throw new AppError('invalid_input', 'The query value payload does not hold base64 of JSON.');
  }
}

/** What was sent: the body, or `payload=` where there can be none. */
export function given(request: WireRequest): unknown {
  return request.method === 'GET' ? payloadOf(request) : request.body?.value;
}

/** Headers that say who the caller is; a job keeps its arguments, so they must not become some. */
const credentialHeaders = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * Values that the address asks for by name. They win over the body, and a missing one is missing:
 * else a body could forge the signature header that a script checks.
 */
function namedValues(request: WireRequest): Map<string, string | undefined> {
  const values = new Map<string, string | undefined>();
  for (const name of request.query.list('include_header') ?? []) {
    if (credentialHeaders.has(name.toLowerCase())) {
      throw new AppError('invalid_input', `The header ${name} cannot become an argument.`);
    }
    values.set(name.toLowerCase().replaceAll('-', '_'), request.header(name));
  }
  for (const name of request.query.list('include_query') ?? []) {
    values.set(name, request.query.text(name));
  }
  return values;
}

/** Throws for a form with files, whose text is not kept: nothing could be checked against it. */
export function assertRawText({ body }: Pick<WireRequest, 'body'>): void {
  if (body?.kind !== 'multipart') return;
  throw new AppError('unsupported_media_type', 'A multipart body has no raw_string.', {
    hint: 'Send JSON, a form without files, or text, where the text of the body is needed.',
  });
}

/** The body's text as an event has it; null for a form with files. */
export const eventText = ({ body }: Pick<WireRequest, 'body'>): string | null =>
  body === undefined || body.kind === 'multipart' ? null : body.text;

/** A body that is no object becomes the argument `body`; `wrap` forces that. */
export function bodyArgs(
  value: unknown,
  text: string | undefined,
  { wrap, raw }: { wrap: boolean; raw: boolean },
): Args {
  const wrapped = wrap || !isObject(value);
  const args: Args = value === undefined ? {} : wrapped ? { body: value } : { ...value };
  if (raw) args['raw_string'] = text ?? '';
  return args;
}

/** The arguments of a webhook: its body's, and what the address asks for by name. */
export function runArgs(request: WireRequest): Args {
  const raw = request.query.flag('raw') === true;
  if (raw) assertRawText(request);
  const wrap = request.query.flag('wrap_body') === true;
  const args = bodyArgs(given(request), request.body?.text, { wrap, raw });
  for (const [name, named] of namedValues(request)) {
    if (named === undefined) delete args[name];
    else args[name] = named;
  }
  return args;
}

/** The headers without those that say who the caller is, and without `secret` ones. */
export function shownHeaders(
  { header, headerNames }: WireRequest,
  secret: readonly string[] = [],
): Record<string, string> {
  const names = headerNames().filter(
    (name) => !credentialHeaders.has(name) && !secret.includes(name),
  );
  return Object.fromEntries(names.map((name) => [name, header(name) ?? '']));
}

/** The request as a preprocessor sees it (Windmill's event of a webhook), unless it is skipped. */
export function runEvent(request: WireRequest): { event?: Args } {
  if (request.query.flag('skip_preprocessor') === true) return {};
  const event = {
    kind: 'webhook',
    body: given(request) ?? null,
    raw_string: eventText(request),
    query: request.query.all(),
    headers: shownHeaders(request),
  };
  return { event };
}

/** What the address says about the run itself. */
export function runOptions({ query }: WireRequest): Record<string, unknown> {
  return present({
    tag: query.text('tag'),
    scheduledFor: query.time('scheduled_for'),
    scheduledInSecs: query.whole('scheduled_in_secs'),
    parentJob: query.text('parent_job'),
    rootJob: query.text('root_job'),
    jobId: query.text('job_id'),
    timeout: query.whole('timeout'),
    invisibleToOwner: query.flag('invisible_to_owner'),
    queueLimit: query.whole('queue_limit'),
  });
}
