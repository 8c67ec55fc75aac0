// Small translations that the tables share: paging, and objects without their absent fields.
import type { WireRequest } from './wire-request.ts';

/** Without undefined fields, so that an operation's defaults apply. */
export function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Without undefined and null ones: Windmill's bodies write null for what is not set. */
export function filled(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** An item to read, and whether the reader has starred it, which is said when it is asked. */
export function withStarred(request: WireRequest): Record<string, unknown> {
  const asked = request.query.flag('with_starred_info');
  return { path: request.path(), ...present({ withStarredInfo: asked }) };
}

const defaultPerPage = 30;
const maxPerPage = 100;

export interface Paging {
  page: number;
  perPage: number;
}

/**
 * Windmill's paging: 30 rows a page, 100 at most (`max` for the lists that allow more); pages
 * count from 1 and 0 is the first one as well. Its command line counts some lists from 0 and
 * would see the first page twice: `cliFromZero` marks them.
 */
export function paging(
  { query, fromCli }: WireRequest,
  { max = maxPerPage, cliFromZero = false }: { max?: number; cliFromZero?: boolean } = {},
): Paging {
  const asked = query.whole('page') ?? (cliFromZero && fromCli ? 0 : 1);
  const page = cliFromZero && fromCli ? asked + 1 : asked;
  const perPage = query.whole('per_page') ?? defaultPerPage;
  return { page: Math.max(1, page), perPage: Math.min(max, Math.max(1, perPage)) };
}

/** One page that holds everything, for the lists that Windmill does not page. */
export const wholeList: Paging = { page: 1, perPage: 1000 };
