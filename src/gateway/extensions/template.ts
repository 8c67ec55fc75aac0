// Requests as an extension writes them: `{name}` stands for a parameter. A text that is nothing but
// one is the value itself, and is left out where the caller gave none. No I/O.
import { isObject } from '../../base/index.ts';
import type { JsonObject } from '../action.ts';
import { segment } from '../address.ts';

const place = /\{([a-z][a-z0-9_]*)\}/g;
const onlyPlace = /^\{([a-z][a-z0-9_]*)\}$/;

/** The parameters that stand in a template, with where. */
export function* placesIn(
  template: unknown,
  path: readonly PropertyKey[] = [],
): Generator<{ name: string; path: readonly PropertyKey[] }> {
  if (typeof template === 'string') {
    for (const [, name = ''] of template.matchAll(place)) yield { name, path };
  } else if (Array.isArray(template)) {
    for (const [index, item] of template.entries()) yield* placesIn(item, [...path, index]);
  } else if (isObject(template)) {
    for (const [key, item] of Object.entries(template)) yield* placesIn(item, [...path, key]);
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** The value of a template; undefined where it is a parameter that nobody gave. */
export function filled(template: unknown, params: JsonObject): unknown {
  if (typeof template === 'string') {
    const only = onlyPlace.exec(template)?.[1];
    if (only !== undefined) return params[only];
    return template.replaceAll(place, (_, name: string) => textOf(params[name] ?? ''));
  }
  if (Array.isArray(template)) {
    return template.map((item) => filled(item, params)).filter((item) => item !== undefined);
  }
  if (!isObject(template)) return template;
  const entries = Object.entries(template).map(([key, item]) => [key, filled(item, params)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as JsonObject;
}

/** Every parameter stays one part of the path. */
export const filledPath = (template: string, params: JsonObject): string =>
  template.replaceAll(place, (_, name: string) => segment(textOf(params[name] ?? '')));

/** For a query or a form: lists with commas, everything else as text. */
export function filledFields(
  template: JsonObject,
  params: JsonObject,
): Record<string, string | number | boolean> {
  const entries = Object.entries(template).flatMap(
    ([key, item]): [string, string | number | boolean][] => {
      const value = filled(item, params);
      if (value === undefined || value === null) return [];
      if (Array.isArray(value)) return [[key, value.map(textOf).join(',')]];
      const plain = typeof value === 'number' || typeof value === 'boolean';
      return [[key, plain ? value : textOf(value)]];
    },
  );
  return Object.fromEntries(entries);
}
