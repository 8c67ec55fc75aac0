// Asks a model: one request, again when the provider says that it is busy. What the provider says
// of a failure is shown to the person, without the key.
import { AppError, type Clock } from '../../base/index.ts';
import { type Egress, readText } from '../../egress/index.ts';
import { anthropicAnswer, anthropicRequest } from './anthropic.ts';
import {
  anthropicCollector,
  type MakeCollector,
  openaiCollector,
  responsesCollector,
} from './collectors.ts';
import type { Answer, Question } from './conversation.ts';
import { eventsOf } from './event-stream.ts';
import { openaiAnswer, openaiRequest } from './openai.ts';
import { assertAble, type Provider } from './providers.ts';
import { responsesAnswer, responsesRequest } from './responses.ts';

const dialects = {
  openai: { request: openaiRequest, answer: openaiAnswer, collector: openaiCollector },
  anthropic: { request: anthropicRequest, answer: anthropicAnswer, collector: anthropicCollector },
  responses: { request: responsesRequest, answer: responsesAnswer, collector: responsesCollector },
} as const;

/** OpenAI's own tools are in its newer protocol only; other servers know the older one. */
function dialectOf({ kind, dialect }: Provider, { search, image }: Question) {
  return dialects[kind === 'openai' && (search || image) ? 'responses' : dialect];
}

const maxAttempts = 3;
const maxAnswerBytes = 10_000_000;
const maxImageBytes = 50_000_000;
const longestPauseMs = 30_000;

export interface ModelDeps {
  egress: Pick<Egress, 'fetch'>;
  clock: Clock;
}

/** Seconds of `Retry-After` (RFC 9110 section 10.2.3); dates are taken as one second. */
function pauseOf(response: Response, attempt: number): number {
  const said = Number(response.headers.get('retry-after') ?? Number.NaN);
  const seconds = Number.isFinite(said) && said >= 0 ? said : attempt;
  return Math.min(longestPauseMs, seconds * 1000);
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(new AppError('canceled', 'The job was canceled.'));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** What a stream says instead of an answer, in the words of any dialect. */
function brokenOff(event: unknown): string | undefined {
  const { error, response } = event as { error?: unknown; response?: { error?: unknown } };
  const said = error ?? response?.error;
  if (said === undefined || said === null) return undefined;
  const { message } = said as { message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(said);
}

/** A streamed answer, whole. Throws `unprocessable` when it breaks off. */
async function collect(
  response: Response,
  provider: Provider,
  how: { collector: MakeCollector; onText: (text: string) => void; maxBytes: number },
): Promise<unknown> {
  const collector = how.collector(how.onText);
  for await (const event of eventsOf(response, how.maxBytes)) {
    const said = brokenOff(event);
    if (said !== undefined) throw failure(provider, response.status, said);
    collector.take(event);
  }
  const body = collector.body();
  if (body !== undefined) return body;
  throw new AppError('unprocessable', 'The model broke off in the middle of its answer.', {
    hint: 'Run the step again; give it a retry if this happens often.',
  });
}

const isStream = ({ status, headers }: Response): boolean =>
  status === 200 && (headers.get('content-type') ?? '').startsWith('text/event-stream');

function failure(provider: Provider, status: number, text: string): AppError {
  const said = text.slice(0, 1000).replaceAll(provider.apiKey, '***');
  return new AppError('unprocessable', `The model answered with status ${status}: ${said}`);
}

/** Throws `unprocessable` for a refusal of the provider, and whatever `egress` throws. */
export async function askModel(
  { egress, clock }: ModelDeps,
  provider: Provider,
  question: Question & { signal: AbortSignal; onText: (text: string) => void },
): Promise<Answer> {
  assertAble(provider.kind, question);
  const { request, answer, collector } = dialectOf(provider, question);
  const { signal, onText, ...asked } = question;
  const maxBytes = question.image ? maxImageBytes : maxAnswerBytes;
  const { address, headers, body } = request(provider, asked);
  for (let attempt = 1; ; attempt += 1) {
    const response = await egress.fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal,
    });
    if (isStream(response)) {
      return answer(await collect(response, provider, { collector, onText, maxBytes }));
    }
    const text = await readText(response, maxBytes);
    const isBusy = response.status === 429 || response.status >= 500;
    if (isBusy && attempt < maxAttempts) {
      await pause(clock, pauseOf(response, attempt), signal);
      continue;
    }
    if (response.status !== 200) throw failure(provider, response.status, text);
    return answer(jsonOf(text));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('unprocessable', 'The model did not answer with JSON.');
  }
}
