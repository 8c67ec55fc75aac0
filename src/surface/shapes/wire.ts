// Small rules that all wire shapes share: times become ISO text, and what is absent stays absent.

/** A JSON object on the wire. */
export type Wire = Record<string, unknown>;

/** Epoch milliseconds as RFC 3339 text in UTC; absent stays absent. */
export function isoTime(at: number | string | null | undefined): string | undefined {
  if (at === null || at === undefined) return undefined;
  return typeof at === 'string' ? at : new Date(at).toISOString();
}

/**
 * Takes out what is null or undefined: Windmill's optional fields are left out when unset, and its
 * clients tell `undefined` from `null` in places. Fields whose null is a value are set afterwards.
 */
export function withoutNulls(fields: Wire): Wire {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}
