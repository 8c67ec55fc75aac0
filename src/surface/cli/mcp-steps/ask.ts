// The requests of `doctor --mcp`: as a client sends them, but redirects are not followed, bodies
// have an end, and whatever goes wrong on the way is a sentence. It talks to servers that a person
// names, from the person's own program, so it does not go through egress.
import { AppError, version } from '../../../base/index.ts';
import { unreachable } from '../client.ts';
import { isLoose, type Loose } from './step.ts';

export interface Asked {
  method?: 'GET' | 'POST' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  /** How long the whole answer may take; 20 s when absent. */
  limitMs?: number;
  /** Do not read the body: a stream may never end. */
  headersOnly?: boolean;
}

export interface Reply {
  url: string;
  status: number;
  headers: Headers;
  text: string;
  /** The body where it is JSON, or the message in an event stream; undefined when it is neither. */
  json: unknown;
}

/** Throws `unavailable` when there is no whole answer. */
export type Ask = (url: string, asked?: Asked) => Promise<Reply>;

const defaultLimitMs = 20_000;
const maxBodyBytes = 16 * 1024 * 1024;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The answer among the messages of an event stream. */
function eventIn(text: string): Loose | undefined {
  for (const event of text.split(/\r?\n\r?\n/)) {
    const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'));
    const message = jsonOf(lines.map((line) => line.slice(5)).join('\n'));
    if (isLoose(message) && ('result' in message || 'error' in message)) return message;
  }
  return undefined;
}

async function readBody(response: Response, isStream: boolean): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > maxBodyBytes) {
      throw new AppError('unavailable', 'The server answers with more than 16 MiB.');
    }
    text += decoder.decode(part, { stream: true });
    // Some servers keep the stream open after the answer.
    if (isStream && part.includes(10) && eventIn(text)) break;
  }
  return text;
}

/** An address as it may be shown: its query may hold a token. */
export const withoutQuery = (url: string): string => url.split(/[?#]/, 1)[0] ?? '';

export function createAsk(signal: AbortSignal): Ask {
  return async (url, { method = 'GET', limitMs = defaultLimitMs, ...asked } = {}) => {
    const late = AbortSignal.timeout(limitMs);
    try {
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        headers: { 'user-agent': `millrace-doctor/${version}`, ...asked.headers },
        ...(asked.body !== undefined && { body: asked.body }),
        signal: AbortSignal.any([signal, late]),
      });
      const { status, headers } = response;
      const isStream = headers.get('content-type')?.includes('text/event-stream') ?? false;
      if (asked.headersOnly) await response.body?.cancel();
      const text = asked.headersOnly ? '' : await readBody(response, isStream);
      return { url, status, headers, text, json: isStream ? eventIn(text) : jsonOf(text) };
    } catch (error) {
      if (signal.aborted) throw new AppError('canceled', 'Canceled.');
      if (late.aborted) {
        const shown = withoutQuery(url);
        throw new AppError('unavailable', `${shown} gave no whole answer in ${limitMs / 1000} s.`);
      }
      throw error instanceof AppError ? error : unreachable(withoutQuery(url), error);
    }
  };
}

export const isHtml = ({ headers, text }: Reply): boolean =>
  /html/i.test(headers.get('content-type') ?? '') || /^\s*<(?:!doctype|html)/i.test(text);

/** What an answer is, for a sentence: `404`, `200 with an HTML page`. */
export function shapeOf(reply: Reply): string {
  if (isHtml(reply)) return `${reply.status} with an HTML page`;
  if (reply.json === undefined && reply.text !== '') return `${reply.status} without JSON`;
  const { error, error_description: description } = isLoose(reply.json) ? reply.json : {};
  const said = [error, description].filter((part) => typeof part === 'string').join(': ');
  return said === '' ? String(reply.status) : `${reply.status} (${said.slice(0, 300)})`;
}
