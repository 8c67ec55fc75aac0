// The last stage: the request goes out with the person's own credential, and the answer comes back
// bounded. Only reads are tried again, and only when the service says when.
import { AppError, type Clock, monotonicMs } from '../../base/index.ts';
import { type Egress, readText } from '../../egress/index.ts';
import type { UpstreamRequest } from '../action.ts';
import type { Credentials } from '../credentials/index.ts';
import { refusal } from '../reasons.ts';
import type { Service } from '../services/index.ts';
import type { Flight, ServiceResult } from './flight.ts';

/** A larger answer is not read on: a model could not use it, and memory is shared. */
const maxAnswerBytes = 8_000_000;
/** A person or a flow waits for it. */
const limitMs = 30_000;
/** What a service says of its own error, as far as it is shown. */
const maxSaidChars = 500;

export interface SendDeps {
  egress: Pick<Egress, 'fetch'>;
  clock: Clock;
  credentials: Credentials;
}

function addressOf({ baseUrl }: Service, { path, query = {} }: UpstreamRequest): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams();
  for (const [name, value] of given) search.set(name, String(value));
  const text = search.toString();
  return `${baseUrl}${path}${text === '' ? '' : `?${text}`}`;
}

function bodyOf(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the service said of its error, in its own words: most put it at one of these places. */
function saidOf(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, maxSaidChars);
  return (JSON.stringify(body) ?? '').slice(0, maxSaidChars);
}

function failed(title: string, status: number, body: unknown): AppError {
  const said = saidOf(body);
  if (status === 401) {
    return refusal('auth_required', `${title} does not accept your key any more.`, {
      hint: 'Connect the service again.',
    });
  }
  if (status >= 500) {
    return refusal('upstream_unavailable', `${title} failed (${status}): ${said}`, {
      hint: 'Try again later.',
      details: { status },
    });
  }
  return refusal('upstream_failed', `${title} refused it (${status}): ${said}`, {
    details: { status },
  });
}

export function createSend({ egress, clock, credentials }: SendDeps) {
  async function ask(flight: Flight, request: UpstreamRequest): Promise<unknown> {
    const { service, workspace, subject, call } = flight;
    const { title } = service.declaration;
    const headers = await credentials.headersFor(service, { workspace, ...subject });
    const late = new AbortController();
    const cancel = clock.after(limitMs, () => late.abort());
    const beganMs = monotonicMs();
    try {
      const response = await egress.fetch(addressOf(service, request), {
        method: request.method,
        headers: {
          accept: 'application/json',
          ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
        signal: AbortSignal.any([late.signal, call.signal]),
      });
      const body = bodyOf(await readText(response, maxAnswerBytes));
      if (response.status === 429) {
        const after = response.headers.get('retry-after');
        throw refusal('upstream_rate_limited', `${title} takes no more calls for now.`, {
          hint: after === null ? 'Try again in a minute.' : `Try again in ${after} seconds.`,
          details: { retryAfter: after },
        });
      }
      if (!response.ok) throw failed(title, response.status, body);
      return body;
    } catch (error) {
      if (late.signal.aborted) {
        throw refusal('upstream_unavailable', `${title} gave no answer in ${limitMs / 1000} s.`);
      }
      if (call.signal.aborted) throw new AppError('canceled', 'The call was canceled.');
      if (error instanceof AppError && error.code === 'too_large') {
        throw refusal('response_too_large', `The answer of ${title} is too large.`, {
          hint: 'Ask for less: a narrower query, fewer fields, a lower limit.',
        });
      }
      throw error;
    } finally {
      cancel();
      flight.notes.upstreamMs = monotonicMs() - beganMs;
    }
  }

  return async (flight: Flight): Promise<ServiceResult> => {
    const { action, params, wanted } = flight;
    const request = action.request(params);
    if (wanted.dryRun) return { value: { wouldSend: request }, notes: ['Nothing was sent.'] };
    const body = await ask(flight, request);
    return { value: action.result ? action.result(body, params) : body, notes: [] };
  };
}
