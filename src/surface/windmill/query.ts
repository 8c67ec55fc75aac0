// Values in an address's query, with Windmill's spellings: one sentence for each that is wrong.
import { AppError } from '../../base/index.ts';

export interface Query {
  /** Every value as text, the last of each name. */
  all(): Record<string, string>;
  /** Undefined when absent or empty. */
  text(name: string): string | undefined;
  /** `true`, `1` or the bare name; `false`, `0`. */
  flag(name: string): boolean | undefined;
  whole(name: string): number | undefined;
  /** RFC 3339 text, as epoch milliseconds. */
  time(name: string): number | undefined;
  /** Comma-separated; undefined when there is none. */
  list(name: string): string[] | undefined;
  /** JSON text. */
  json(name: string): unknown;
}

function wrong(name: string, accepted: string): AppError {
  return new AppError('invalid_input', `The query value ${name} is not ${accepted}.`);
}

/** `parseJson`: the parser of bodies, with its limits. */
export function createQuery(values: unknown, parseJson: (text: string) => unknown): Query {
  const all = (values ?? {}) as Record<string, string | string[] | undefined>;
  const last = (name: string): string | undefined => {
    const value = Object.hasOwn(all, name) ? all[name] : undefined;
    return Array.isArray(value) ? value.at(-1) : value;
  };
  const text = (name: string): string | undefined => last(name) || undefined;

  return {
    text,
    all: () => Object.fromEntries(Object.keys(all).map((name) => [name, last(name) ?? ''])),
    flag(name) {
      const value = last(name);
      if (value === undefined) return undefined;
      if (value === '' || value === 'true' || value === '1') return true;
      if (value === 'false' || value === '0') return false;
      throw wrong(name, 'true or false');
    },
    whole(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (/^-?\d{1,15}$/.test(value)) return Number(value);
      throw wrong(name, 'a whole number');
    },
    time(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      // A `+` of an offset that was not escaped arrives as a space.
      const at = Date.parse(value.replace(/ (\d\d:\d\d)$/, '+$1'));
      if (Number.isNaN(at)) throw wrong(name, 'a time such as 2026-11-21T12:00:00Z');
      return at;
    },
    list(name) {
      const parts = text(name)
        ?.split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      return parts && parts.length > 0 ? parts : undefined;
    },
    json(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      try {
        return parseJson(value);
      } catch {
        throw wrong(name, 'JSON');
      }
    },
  };
}
