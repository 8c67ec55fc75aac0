// Patterns of routes: reads and refuses them, says whether an address fits, and which of several
// fits better. No I/O.
import { AppError } from '../../base/index.ts';

type Segment = { kind: 'literal' | 'param' | 'rest'; text: string };

export type Route = readonly Segment[];

const maxSegments = 20;
const literal = /^[A-Za-z0-9._~-]+$/;
const name = /^[A-Za-z_]\w{0,49}$/;

function refused(route: string, why: string): AppError {
  return new AppError('invalid_input', `The route "${route}" ${why}.`, {
    hint: 'Write it like hooks/github/:event or files/*rest: no slash at the ends, names once.',
  });
}

function segmentOf(route: string, text: string, isLast: boolean): Segment {
  const rest = text.slice(1);
  if (text.startsWith(':') && name.test(rest)) return { kind: 'param', text: rest };
  if (text.startsWith('*') && name.test(rest)) {
    if (!isLast) throw refused(route, `has *${rest} before its end`);
    return { kind: 'rest', text: rest };
  }
  if (!literal.test(text) || /^\.+$/.test(text)) {
    throw refused(route, `has a part that is none: "${text}"`);
  }
  return { kind: 'literal', text };
}

/** Throws `invalid_input` that says what is wrong. */
export function readRoute(route: string): Route {
  const parts = route.split('/');
  if (parts.length > maxSegments) throw refused(route, `has more than ${maxSegments} parts`);
  const segments = parts.map((text, at) => segmentOf(route, text, at === parts.length - 1));
  const names = segments.filter(({ kind }) => kind !== 'literal').map(({ text }) => text);
  if (new Set(names).size < names.length) throw refused(route, 'names a parameter twice');
  return segments;
}

/** Equal for routes that answer the same addresses. */
export function keyOf(route: Route): string {
  const signs = { literal: '', param: ':', rest: '*' };
  return route.map(({ kind, text }) => (kind === 'literal' ? text : signs[kind])).join('/');
}

/**
 * What the address says by name; undefined when it does not fit. `*rest` takes one part or more.
 */
export function matchRoute(
  route: Route,
  address: readonly string[],
): Record<string, string> | undefined {
  const open = route.at(-1)?.kind === 'rest';
  if (open ? address.length < route.length : address.length !== route.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, { kind, text }] of route.entries()) {
    const part = address[at] ?? '';
    if (kind === 'literal' && part !== text) return undefined;
    if (kind === 'param') params[text] = part;
    if (kind === 'rest') params[text] = address.slice(at).join('/');
  }
  return params;
}

const ranks = { literal: 0, param: 1, rest: 2 };

/** Sorts what fits better before what fits as well: literal parts first, seen from the left. */
export function compareRoutes(left: Route, right: Route): number {
  for (const [at, { kind }] of left.entries()) {
    const other = right[at];
    if (!other) return -1;
    if (ranks[kind] !== ranks[other.kind]) return ranks[kind] - ranks[other.kind];
  }
  return 0;
}
