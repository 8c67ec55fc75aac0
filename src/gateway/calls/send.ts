// The last stage: the request goes out with the person's own credential, and the answer comes back
// bounded. Only reads are tried again, and only when the service says when.
import { AppError, type Clock, monotonicMs, newId } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { Call } from '../../operation/index.ts';
import type { JsonObject, OwnRequest, RunContext, SqlRequest, UpstreamRequest } from '../action.ts';
import type { Credentials } from '../credentials/index.ts';
import type { Databases } from '../databases/index.ts';
import { refusal } from '../reasons.ts';
import type { Service } from '../services/index.ts';
import { type Answer, refusalOf, waitOf } from './answer.ts';
import type { Flight, ServiceResult } from './flight.ts';

/** A larger answer is not read on: a model could not use it, and memory is shared. */
const maxAnswerBytes = 8_000_000;
/** A person or a flow waits for it. */
const defaultLimitMs = 30_000;
/** The longest pause before a read is tried again. */
const maxWaitMs = 10_000;

export interface SendDeps {
  egress: Pick<Egress, 'ask'>;
  clock: Clock;
  credentials: Credentials;
  databases: Databases;
  invoke(call: Call, operation: string, input: JsonObject): Promise<unknown>;
}

/** What a request goes out with. */
type Way = Pick<RunContext, 'headers' | 'signal'> & { connection?: string };

function queryOf(fields: NonNullable<UpstreamRequest['query']>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const texts = given.map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(texts).toString();
}

function baseOf({ baseUrl, declaration }: Service, { base }: UpstreamRequest): string {
  if (base === undefined || baseUrl !== declaration.baseUrl) return baseUrl;
  return declaration.bases?.[base] ?? baseUrl;
}

function addressOf(service: Service, request: UpstreamRequest): string {
  const text = queryOf(request.query ?? {});
  return `${baseOf(service, request)}${request.path}${text === '' ? '' : `?${text}`}`;
}

function bodyOf(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The body as it goes out, and what kind it is. */
function sent({ json, form }: UpstreamRequest): { body: string; type: string } | undefined {
  if (json !== undefined) return { body: JSON.stringify(json), type: 'application/json' };
  if (form === undefined) return undefined;
  return { body: queryOf(form), type: 'application/x-www-form-urlencoded' };
}

function shownOf(request: OwnRequest | SqlRequest | UpstreamRequest): unknown {
  if (!('shown' in request)) return request;
  const { shown, ...rest } = request;
  return { ...rest, json: shown };
}

export function createSend({ egress, clock, credentials, databases, invoke }: SendDeps) {
  /** Whatever keeps a service from answering is the service's, and says so by its name. */
  async function exchange(service: Service, request: UpstreamRequest, way: Way): Promise<Answer> {
    try {
      return await exchanged(service, request, way);
    } catch (error) {
      const known = error instanceof AppError ? error : undefined;
      if (way.signal.aborted || known?.code === 'too_large') throw error;
      const { title } = service.declaration;
      const why = known?.message ?? 'it broke off its answer.';
      throw refusal('upstream_unavailable', `${title} cannot be asked: ${why}`, {
        hint: known?.hint ?? 'Try again later.',
        cause: error,
      });
    }
  }

  async function exchanged(
    { declaration, ...service }: Service,
    request: UpstreamRequest,
    { headers: own, signal }: Way,
  ): Promise<Answer> {
    const { headers: fixed, statusOf } = declaration;
    const said = sent(request);
    const answer = await egress.ask(addressOf({ declaration, ...service }, request), {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(said && { 'content-type': said.type }),
        ...fixed,
        ...own,
      },
      ...(said && { body: said.body }),
      signal,
      maxBytes: maxAnswerBytes,
    });
    const body = bodyOf(answer.text);
    const isGood = answer.status >= 200 && answer.status < 300;
    const status = isGood && statusOf ? statusOf(body) : answer.status;
    return { status, headers: answer.headers, body };
  }

  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(ms, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        reject(signal.reason);
      });
    });

  /** A read that comes too early waits once, when the service says how long; a write never. */
  async function answerOf({ service, action }: Flight, request: UpstreamRequest, way: Way) {
    const answer = await exchange(service, request, way);
    const wait = action.class === 'read' ? waitOf(answer, clock.now()) : undefined;
    if (wait === undefined || wait > maxWaitMs) return answer;
    await pause(wait, way.signal);
    return exchange(service, request, way);
  }

  /** What is asked with the person's credential, in the time that it may take. */
  async function timed<Result>(flight: Flight, work: (way: Way) => Promise<Result>) {
    const { service, workspace, subject, call, action } = flight;
    const { title } = service.declaration;
    const { limitMs = defaultLimitMs } = action;
    const proof = await credentials.proofOf(service, { workspace, ...subject });
    const late = new AbortController();
    const cancel = clock.after(limitMs, () => late.abort(new DOMException('late', 'TimeoutError')));
    const beganMs = monotonicMs();
    try {
      return await work({ ...proof, signal: AbortSignal.any([late.signal, call.signal]) });
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

  const ask = (flight: Flight, request: UpstreamRequest): Promise<unknown> =>
    timed(flight, async (way) => {
      const answer = await answerOf(flight, request, way);
      const refused = refusalOf(flight.service.declaration.title, answer, clock.now());
      if (refused) throw refused;
      return answer.body;
    });

  /** A resource is read as whoever calls, and only where their token lets them. */
  const askDatabase = (flight: Flight, request: SqlRequest): Promise<unknown> =>
    timed(flight, ({ connection = '', signal }) =>
      databases.run(request, {
        connection,
        signal,
        resource: (path) => {
          const { interactive: _, ...rest } = flight.call;
          const { id: causedBy, depth } = rest;
          const next = { ...rest, id: newId(), causedBy, depth: depth + 1 };
          return invoke(next, 'resources.getValueInterpolated', { path });
        },
      }),
    );

  async function askOwn({ call, action }: Flight, { operation, input }: OwnRequest) {
    const { interactive, ...rest } = call;
    // To a high-risk action the person has agreed already, with these very parameters.
    const asked = interactive && action.class !== 'high_risk' ? { interactive } : {};
    const next = { ...rest, ...asked, id: newId(), causedBy: call.id, depth: call.depth + 1 };
    return invoke(next, operation, input);
  }

  async function askService(flight: Flight, request: UpstreamRequest): Promise<unknown> {
    const { precheck } = flight.action;
    if (precheck) precheck.judge(await ask(flight, precheck.request(flight.params)));
    return ask(flight, request);
  }

  function askFor(flight: Flight, request: OwnRequest | SqlRequest | UpstreamRequest) {
    if ('operation' in request) return askOwn(flight, request);
    return 'sql' in request ? askDatabase(flight, request) : askService(flight, request);
  }

  return async (flight: Flight): Promise<ServiceResult> => {
    const { service, action, params, wanted } = flight;
    const own = service.baseUrl === '' ? action.own?.(params) : undefined;
    const request = own ?? action.request(params);
    if (wanted.dryRun)
      return { value: { wouldSend: shownOf(request) }, notes: ['Nothing was sent.'] };
    const { run } = action;
    if (run) {
      const { onProgress } = flight;
      const heard = onProgress ? { onProgress } : {};
      const answer = await timed(flight, (way) => run({ params, ...way, ...heard }));
      return { ...answer, notes: [...(answer.notes ?? [])] };
    }
    const body = await askFor(flight, request);
    return { value: action.result ? action.result(body, params) : body, notes: [] };
  };
}
