// Turns the stored JSON Schema of a script or flow into one that every client accepts. Clients
// check tool schemas against draft 2020-12, and one bad schema makes some refuse the whole list,
// so only known keywords with well-formed values pass; nothing is fetched and nothing throws.
import type { OfferedResources } from '../../engine/index.ts';
import { isObject, type JsonObject, type JsonSchema } from './protocol.ts';
import { offerResources, resourceArgument, resourceTypeOf } from './resource-arguments.ts';

export interface ToolSchema {
  /** A plain `type: object` root with `properties` and `additionalProperties`. */
  schema: JsonSchema;
  /** Listed argument name → the name that the script declares, where the two differ. */
  renamed: ReadonlyMap<string, string>;
  /** Listed names of the arguments that may be left out, sorted. */
  optional: readonly string[];
}

const types = new Set(['string', 'number', 'boolean', 'object', 'array', 'null']);
/** Formats that draft 2020-12 names; clients refuse others (`sql`, `dynselect-…`). */
const formats = new Set(
  'date-time date time duration email hostname ipv4 ipv6 uri uri-reference uuid regex'.split(' '),
);
/** Deeper than this a schema says nothing that a model could use. */
const maxDepth = 24;
/** Property names that the strictest clients accept: Anthropic's API cuts at 64. */
const maxKeyLength = 64;

type Repair = (value: unknown, depth: number) => unknown;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const textOnly: Repair = (value) =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;
const numberOnly: Repair = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const countOnly: Repair = (value) => (isCount(value) ? value : undefined);
const filledList: Repair = (value) =>
  Array.isArray(value) && value.length > 0 ? value : undefined;

function subschema(value: unknown, depth: number): unknown {
  if (typeof value === 'boolean') return value;
  return isObject(value) ? repairSchema(value, depth + 1) : undefined;
}

function subschemaMap(value: unknown, depth: number): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  // `fromEntries`, not assignment: a property called `__proto__` must stay a property.
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, subschema(entry, depth) ?? {}]),
  );
}

function subschemaList(value: unknown, depth: number): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list = value.map((entry) => subschema(entry, depth)).filter((entry) => entry !== undefined);
  return list.length > 0 ? list : undefined;
}

function patternOnly(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  try {
    return RegExp(value, 'u') && value;
  } catch {
    return undefined;
  }
}

function namesOnly(value: unknown): unknown {
  if (!Array.isArray(value)) return undefined;
  const names = [...new Set(value.filter((name) => typeof name === 'string'))];
  return names.length > 0 ? names : undefined;
}

/** `integer` is listed as `number`, as Windmill does: some clients know no integers. */
function typeOnly(value: unknown): unknown {
  const known = (Array.isArray(value) ? value : [value])
    .map((type) => (type === 'integer' ? 'number' : type))
    .filter((type) => types.has(String(type)));
  const unique = [...new Set(known)];
  return unique.length > 1 ? unique : unique[0];
}

/** Every keyword that may pass, with what becomes of its value (undefined drops it). */
const keywords: Readonly<Record<string, Repair>> = {
  type: typeOnly,
  title: textOnly,
  description: textOnly,
  default: (value) => value,
  examples: filledList,
  enum: filledList,
  const: (value) => value,
  minimum: numberOnly,
  maximum: numberOnly,
  exclusiveMinimum: numberOnly,
  exclusiveMaximum: numberOnly,
  multipleOf: (value) => (typeof value === 'number' && value > 0 ? value : undefined),
  minLength: countOnly,
  maxLength: countOnly,
  pattern: patternOnly,
  format: (value) => (formats.has(String(value)) ? value : undefined),
  contentEncoding: textOnly,
  contentMediaType: textOnly,
  items: subschema,
  prefixItems: subschemaList,
  contains: subschema,
  minItems: countOnly,
  maxItems: countOnly,
  uniqueItems: (value) => (typeof value === 'boolean' ? value : undefined),
  properties: subschemaMap,
  required: namesOnly,
  additionalProperties: subschema,
  propertyNames: subschema,
  minProperties: countOnly,
  maxProperties: countOnly,
  allOf: subschemaList,
  anyOf: subschemaList,
  oneOf: subschemaList,
  not: subschema,
  $defs: subschemaMap,
  definitions: subschemaMap,
  $ref: (value) =>
    typeof value === 'string' && /^#\/(\$defs|definitions)\/[^/~%]+$/.test(value)
      ? value
      : undefined,
};

function allowsNull(schema: JsonObject): boolean {
  const { type } = schema;
  if (type === undefined) return true;
  return type === 'null' || (Array.isArray(type) && type.includes('null'));
}

/** The listed form of a schema and all below it; unknown and misshapen parts are left out. */
export function repairSchema(stored: JsonObject, depth = 0): JsonSchema {
  if (resourceTypeOf(stored) !== undefined) return resourceArgument(stored);
  if (depth > maxDepth) return {};
  const source = Array.isArray(stored['items'])
    ? { ...stored, prefixItems: stored['items'], items: undefined }
    : stored;
  const repaired: JsonObject = {};
  for (const [keyword, value] of Object.entries(source)) {
    const repair = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
    const kept = repair?.(value, depth);
    if (kept !== undefined) repaired[keyword] = kept;
  }
  if (isObject(repaired['properties'])) repaired['type'] = 'object';
  else if ('items' in repaired || 'prefixItems' in repaired) repaired['type'] = 'array';
  if (repaired['default'] === null && !allowsNull(repaired)) delete repaired['default'];
  return repaired;
}

/** Beyond this a schema is listed as names alone: one script must not fill a model's memory. */
const maxPropertiesChars = 60_000;

function listedProperties(properties: JsonObject): JsonObject {
  if (JSON.stringify(properties).length <= maxPropertiesChars) return properties;
  const names = Object.keys(properties).slice(0, 500);
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function cleanKey(key: string, taken: ReadonlyMap<string, string>): string {
  const plain = key.replaceAll(' ', '_').replaceAll(/[^A-Za-z0-9_]/gu, '');
  const base = (plain === '' ? 'argument' : plain).slice(0, maxKeyLength - 4);
  const whole = plain !== '' && plain.length <= maxKeyLength ? plain : base;
  if (!taken.has(whole)) return whole;
  let count = 2;
  while (taken.has(`${base}_${count}`)) count += 1;
  return `${base}_${count}`;
}

const noneRenamed: ReadonlyMap<string, string> = new Map();

/** Listed name → declared key, for the keys that cannot stand as they are. */
function renamedKeys(keys: readonly string[]): ReadonlyMap<string, string> {
  const unclean = keys.filter((key) => !/^\w{1,64}$/.test(key));
  if (unclean.length === 0) return noneRenamed;
  // Clean ones keep their own form, whatever another one is cleaned to.
  const taken = new Map(keys.map((key) => [key, key]));
  for (const key of unclean) taken.delete(key);
  const renamed = new Map<string, string>();
  for (const key of unclean) {
    const name = cleanKey(key, taken);
    taken.set(name, key);
    renamed.set(name, key);
  }
  return renamed;
}

/**
 * The input schema of a script or flow as a tool, made from the stored schema of its `main`
 * (anything that is no object gives a tool without arguments). Names of the top level that hold
 * other characters than `A-Za-z0-9_` are cleaned; `renamed` leads back. `offered` are the
 * resources that may be given.
 */
export function toolSchemaOf(stored: unknown, offered?: OfferedResources): ToolSchema {
  const whole = offered ? offerResources(stored, offered) : stored;
  const source = isObject(whole) ? whole : {};
  const declared = isObject(source['properties']) ? source['properties'] : {};
  const keys = Object.keys(declared);
  const renamed = renamedKeys(keys);
  const nameOf = new Map([...renamed].map(([name, key]) => [key, name]));
  const listedAs = (key: string): string => nameOf.get(key) ?? key;

  const properties = listedProperties(
    Object.fromEntries(
      keys.map((key) => {
        const schema = declared[key];
        return [listedAs(key), isObject(schema) ? repairSchema(schema, 1) : {}];
      }),
    ),
  );
  const wanted: unknown[] = Array.isArray(source['required']) ? source['required'] : [];
  const required = keys.filter((key) => wanted.includes(key)).map(listedAs);
  const { $defs, definitions } = source;
  return {
    schema: {
      type: 'object',
      properties,
      ...(required.length > 0 && { required }),
      additionalProperties: false,
      ...($defs !== undefined && repairSchema({ $defs })),
      ...(definitions !== undefined && repairSchema({ definitions })),
    },
    renamed,
    optional: keys
      .filter((key) => !wanted.includes(key))
      .map(listedAs)
      .toSorted(),
  };
}

/** Listed argument names → the declared ones; what the schema does not know stays as it is. */
export function declaredArguments(schema: ToolSchema, given: JsonObject): JsonObject {
  if (schema.renamed.size === 0) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [schema.renamed.get(name) ?? name, value]),
  );
}
