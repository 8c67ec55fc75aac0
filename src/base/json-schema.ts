// What a server itself judges of a JSON Schema that somebody wrote.
import { isObject } from './is-object.ts';

const unjudged = new Set(['pattern', 'patternProperties', 'uniqueItems', '$async']);
/** What holds for properties that no pattern names, which nobody can say without the patterns. */
const besidePatterns = new Set(['additionalProperties', 'unevaluatedProperties']);
const verbatim = new Set(['enum', 'const', 'default', 'examples']);
const mayBeNull = new Set(['const', 'default']);
/** Keywords whose keys are names of somebody's choice, such as `pattern`. */
const maps = new Set(['properties', '$defs', 'definitions']);

/**
 * The schema without patterns and uniqueness, which are for the code behind it: a pattern that
 * somebody wrote could hold up the whole server, and comparing items is quadratic. Keywords that
 * say null say nothing: forms of Windmill have `"enum": null`.
 */
export function judged(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(judged);
  if (!isObject(schema)) return schema;
  const patterns = 'patternProperties' in schema;
  const kept = Object.entries(schema).filter(([keyword, value]) => {
    if (unjudged.has(keyword) || (patterns && besidePatterns.has(keyword))) return false;
    return value !== null || mayBeNull.has(keyword);
  });
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      if (verbatim.has(keyword)) return [keyword, value];
      if (!maps.has(keyword) || !isObject(value)) return [keyword, judged(value)];
      const entries = Object.entries(value).map(([name, entry]) => [name, judged(entry)]);
      return [keyword, Object.fromEntries(entries)];
    }),
  );
}
