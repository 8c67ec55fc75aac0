// The parameter lists of PHP and Ruby, read without their grammars: brackets and strings are kept
// together, everything else is names, types and literals. Linear in the length of the list.
import type { Argument, ArgType } from './signature.ts';

const maxListUnits = 20_000;

/** The text between the bracket that ends at `from` and the one that closes it. */
export function listFrom(source: string, from: number): string {
  const text = source.slice(from, from + maxListUnits);
  let depth = 1;
  for (const { token, at } of tokensOf(text)) {
    if ('([{'.includes(token)) depth += 1;
    else if (')]}'.includes(token)) depth -= 1;
    if (depth === 0) return text.slice(0, at);
  }
  return text;
}

function* tokensOf(text: string): Generator<{ token: string; at: number }> {
  const pattern = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|[()[\]{},]/gs;
  for (const found of text.matchAll(pattern)) {
    if (found[0].length === 1) yield { token: found[0], at: found.index };
  }
}

/** The parts between the commas that stand in no bracket. */
export function partsOf(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { token, at } of tokensOf(list)) {
    if ('([{'.includes(token)) depth += 1;
    else if (')]}'.includes(token)) depth -= 1;
    else if (depth === 0) {
      parts.push(list.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, list.slice(start).trim()].filter((part) => part !== '');
}

/** The JSON value of a literal; undefined for anything that only running could tell. */
function literalOf(text: string): unknown {
  if (/^(?:null|nil)$/i.test(text)) return null;
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (/^-?\d[\d_]*(?:\.\d+)?$/.test(text)) return Number(text.replaceAll('_', ''));
  const [, single] = /^'([^'\\]*)'$/.exec(text) ?? [];
  if (single !== undefined) return single;
  try {
    return JSON.parse(text.replaceAll('=>', ':')) as unknown;
  } catch {
    return undefined;
  }
}

/** What a default says about the type, where nothing else does. */
function typeOfLiteral(value: unknown): ArgType {
  if (typeof value === 'string') return { kind: 'string' };
  if (typeof value === 'boolean') return { kind: 'boolean' };
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'integer' : 'number' };
  if (Array.isArray(value)) return { kind: 'list', item: { kind: 'unknown' } };
  return value === null || value === undefined ? { kind: 'unknown' } : { kind: 'object' };
}

export function argumentOf(
  key: string,
  { type, literal }: { type: ArgType | undefined; literal: string | undefined },
): Argument {
  const value = literal === undefined ? undefined : literalOf(literal);
  return {
    key,
    type: type ?? typeOfLiteral(value),
    required: literal === undefined,
    default: value ?? null,
  };
}
