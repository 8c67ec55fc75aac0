// The answer of a run that was waited for: the result, in the shape that the script asked for
// (`windmill_status_code`, `windmill_content_type`, `windmill_headers` beside `result`).
import { AppError, isObject } from '../../base/index.ts';
import type { Answer } from './table.ts';

/** The output of `jobs.runWait` and its like. */
export interface Outcome {
  id: string;
  done: boolean;
  success: boolean | null;
  result: unknown;
}

/** Headers that belong to the connection, to the session, or to the whole site. */
const refusedHeaders = new Set([
  'access-control-allow-credentials',
  'alt-svc',
  'clear-site-data',
  'connection',
  'content-encoding',
  'content-length',
  'content-security-policy',
  'keep-alive',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-content-type-options',
]);

/**
 * A script's page is no page of ours: without this its scripts could use the visitor's session,
 * because they come from the same origin.
 */
const confined = { 'content-security-policy': 'sandbox allow-forms allow-popups allow-scripts' };

function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' ? Number(value) : value;
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599
    ? Number(status)
    : undefined;
}

function headersOf(value: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [given, content] of Object.entries(isObject(value) ? value : {})) {
    const name = given.toLowerCase();
    const text = String(content);
    const fits = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name) && /^[\t\x20-\x7e]*$/.test(text);
    const refused = refusedHeaders.has(name) || name.startsWith('proxy-');
    if (fits && !refused) headers[name] = text;
  }
  return headers;
}

const shapeKeys = ['status_code', 'content_type', 'headers'] as const;

/** The shape that `result` asks for; undefined when it is a plain result. */
function shaped(result: unknown, otherwise: number): Answer | undefined {
  if (!isObject(result)) return undefined;
  const said = (key: (typeof shapeKeys)[number]): unknown =>
    result[`windmill_${key}`] ?? result[`wm_${key}`];
  if (shapeKeys.every((key) => said(key) === undefined)) return undefined;
  const type = said('content_type');
  const headers = {
    ...headersOf(said('headers')),
    ...(typeof type === 'string' ? headersOf({ 'content-type': type }) : {}),
    ...confined,
  };
  const body = result['result'];
  const asText = typeof body === 'string' && 'content-type' in headers;
  return {
    status: statusOf(said('status_code')) ?? otherwise,
    type: asText ? 'text' : 'json',
    body: body ?? (otherwise === 422 ? { error: result['error'] ?? null } : null),
    headers,
  };
}

/** 200 with the result, 422 with `{error}` for a run that failed, unless the result says else. */
export function resultAnswer(outcome: Outcome): Answer {
  const { id, done, success, result } = outcome;
  if (!done) {
    throw new AppError('timeout', `The job ${id} takes longer than this call waits; it goes on.`, {
      hint: `Read jobs_u/completed/get_result_maybe/${id} until it says completed.`,
    });
  }
  const status = success === true ? 200 : 422;
  return shaped(result, status) ?? { status, type: 'json', body: result ?? null };
}
