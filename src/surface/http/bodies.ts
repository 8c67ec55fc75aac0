// How bodies of requests are read: JSON, forms and plain text, each within its limits. What is
// refused is refused before anything looks at the content.
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError, type Clock } from '../../base/index.ts';
import { parseMultipart } from './multipart.ts';

export const maxBodyBytes = 20 * 1024 * 1024;
const maxBodyMegabytes = maxBodyBytes / 1024 / 1024;
/** Deeper structures serve only to exhaust what walks them later. */
const maxDepth = 200;
/** Beyond this the place of a mistake is not searched for, because that parses again and again. */
const maxSearchedChars = 1_000_000;

/** A body with its text, because a run may ask for it (`raw=true`); of a form with files: ''. */
export interface Body {
  kind: 'json' | 'form' | 'text' | 'multipart';
  value: unknown;
  text: string;
}

export const bodyTooLarge = (): AppError =>
  new AppError('too_large', `The body is larger than ${maxBodyMegabytes} MB.`, {
    hint: 'Keep larger files elsewhere, and send their address.',
  });

/** What a refused body may still bring before its connection is cut. */
const maxDrainBytes = 5 * maxBodyBytes;
const maxDrainMs = 10_000;

/**
 * Reads the rest of a refused body and throws it away. A client that is cut off in mid-sentence
 * sees a broken connection instead of the reason, so it may finish first, within bounds.
 */
export function drainBody(incoming: IncomingMessage, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let left = maxDrainBytes;
    const stop = (): void => {
      cancel();
      incoming.off('data', count);
      resolve();
    };
    const count = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left <= 0) stop();
    };
    const cancel = clock.after(maxDrainMs, stop);
    incoming.once('close', stop);
    incoming.once('end', stop);
    incoming.on('data', count);
    incoming.resume();
    if (incoming.readableEnded || incoming.destroyed) stop();
  });
}

/** V8's own sentence without the piece of the text that it quotes: it may hold a secret. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (/^Unexpected end|^Unterminated/.test(message)) return 'it ends too early';
  const token = /^Unexpected token '?(.)'?/u.exec(message)?.[1];
  if (token !== undefined) return `unexpected ${JSON.stringify(token)}`;
  const reason = message.split(' in JSON', 1)[0] ?? '';
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

/** Is `text` the beginning of a JSON text: does its parser stop at the end only? */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/^Unexpected end|^Unterminated/.test(message)) return true;
    return Number(/at position (\d+)/.exec(message)?.[1] ?? -1) === text.length;
  }
}

/** Offset of the first character that cannot be right, by halving; V8 does not always say it. */
function firstMistake(text: string): number {
  let good = 0;
  let bad = text.length;
  while (good < bad) {
    const middle = Math.ceil((good + bad) / 2);
    if (isBeginning(text.slice(0, middle))) good = middle;
    else bad = middle - 1;
  }
  return good;
}

function whereOf(text: string): string {
  if (text.length > maxSearchedChars) return 'somewhere in its text';
  const before = text.slice(0, firstMistake(text)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/**
 * Refuses depth beyond the limit and `__proto__` keys, which JSON.parse keeps as plain keys but
 * careless copies turn into prototypes. Iterative: the depth may be an attack on the stack.
 */
function refuseDangerous(value: unknown): void {
  let level: object[] = typeof value === 'object' && value !== null ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maxDepth) {
      throw new AppError('invalid_input', `The body is nested deeper than ${maxDepth} levels.`);
    }
    const next: object[] = [];
    for (const container of level) {
      if (Object.hasOwn(container, '__proto__')) {
        throw new AppError('invalid_input', 'The body has a key named "__proto__".');
      }
      for (const entry of Object.values(container)) {
        if (typeof entry === 'object' && entry !== null) next.push(entry);
      }
    }
    level = next;
  }
}

/** Parses a JSON body; an empty one is none. Throws `invalid_input` that says where it is wrong. */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const where = whereOf(text);
    throw new AppError('invalid_input', `The body is not JSON: ${where}: ${reasonOf(error)}.`);
  }
  refuseDangerous(value);
  return value;
}

/** The last of equal names wins; names that would be a prototype are refused. */
function parseForm(text: string): Record<string, string> {
  const value = Object.fromEntries(new URLSearchParams(text));
  refuseDangerous(value);
  return value;
}

/** The kinds that are read as text. */
type TextKind = Exclude<Body['kind'], 'multipart'>;

const types: readonly [kind: TextKind, RegExp][] = [
  ['json', /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i],
  ['form', /^application\/x-www-form-urlencoded(?:\s*;|$)/i],
  ['text', /^(?:text\/[\w.+-]+|application\/(?:[\w.-]+\+)?xml)(?:\s*;|$)/i],
];

const parsers: Record<TextKind, (text: string) => unknown> = {
  json: parseJson,
  form: parseForm,
  text: (text) => text,
};

/** Makes `app` read bodies of these kinds, as `Body`, and no others. */
export function readBodies(app: FastifyInstance, kinds: readonly Body['kind'][]): void {
  app.removeAllContentTypeParsers();
  for (const [kind, type] of types) {
    if (!kinds.includes(kind)) continue;
    app.addContentTypeParser(type, { parseAs: 'string' }, (_request, text, done) => {
      try {
        const body: Body = { kind, value: parsers[kind](String(text)), text: String(text) };
        done(null, body);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
  if (!kinds.includes('multipart')) return;
  const type = /^multipart\/form-data\s*;/i;
  app.addContentTypeParser(
    type,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, content: Buffer) => {
      const said = request.headers['content-type'] ?? '';
      const value = await parseMultipart(content, said);
      refuseDangerous(value);
      const body: Body = { kind: 'multipart', value, text: '' };
      return body;
    },
  );
}

/** The body that `readBodies` made of a request; undefined when there was none. */
export function bodyOf(request: { body: unknown }): Body | undefined {
  const body = request.body as Body | undefined | null;
  return body && body.value !== undefined ? body : undefined;
}
