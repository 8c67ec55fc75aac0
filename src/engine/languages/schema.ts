// From argument types to the JSON Schema (2020-12) that Windmill's editor and models read, with its
// extra keywords `originalType`, `order`, and formats such as `resource-postgresql`.
// Objects are built with own keys only: a parameter may be called `__proto__`.
import type { ArgType, Argument, Field, ReadSignature, Signature } from './signature.ts';

export type JsonSchema = Record<string, unknown>;

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** Sets an own key whatever its name; a plain assignment to `__proto__` would set the prototype. */
function put(target: JsonSchema, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function fieldsSchema(fields: readonly Field[]): JsonSchema {
  const properties: JsonSchema = {};
  for (const field of fields) {
    const schema = schemaOfType(field.type);
    if (field.description !== undefined) schema['description'] = field.description;
    put(properties, field.key, schema);
  }
  const required = fields.filter((field) => field.required).map((field) => field.key);
  return { properties, ...(required.length > 0 ? { required } : {}) };
}

/** Windmill's word for what a list holds, which its form reads instead of `items`. */
function originalListType(item: ArgType): string | undefined {
  switch (item.kind) {
    case 'string':
      return item.choices ? 'enum[]' : 'string[]';
    case 'number':
    case 'integer':
      return 'number[]';
    case 'resource':
      return 'resource[]';
    case 'object':
      return item.fields ? 'object[]' : 'record[]';
    default:
      return undefined;
  }
}

function listSchema(item: ArgType): JsonSchema {
  const items = schemaOfType(item);
  delete items['originalType'];
  // Windmill writes `type: resource` here, which is no JSON Schema: one such schema makes a
  // validating client refuse the whole tool list. `resourceType` keeps its form working.
  if (item.kind === 'resource') items['resourceType'] = item.name;
  const originalType = originalListType(item);
  return { type: 'array', items, ...(originalType === undefined ? {} : { originalType }) };
}

function stringSchema(type: Extract<ArgType, { kind: 'string' }>): JsonSchema {
  if (type.choices) return { type: 'string', originalType: 'enum', enum: [...type.choices] };
  if (type.format) return { type: 'string', format: type.format };
  return { type: 'string', originalType: 'string' };
}

/** The schema of one value; `unknown` allows everything. */
function schemaOfType(type: ArgType): JsonSchema {
  switch (type.kind) {
    case 'unknown':
      return {};
    case 'boolean':
    case 'integer':
      return { type: type.kind };
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64', originalType: 'bytes' };
    case 'datetime':
      return { type: 'string', format: 'date-time' };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'string':
      return stringSchema(type);
    case 'number':
      return { type: 'number', ...(type.choices ? { enum: [...type.choices] } : {}) };
    case 'resource':
      return { type: 'object', format: `resource-${type.name}` };
    case 'dynamicSelect':
      return { type: 'object', format: `dynselect-${type.name}` };
    case 'list':
      return listSchema(type.item);
    case 'object':
      return {
        type: 'object',
        ...(type.name === undefined ? {} : { format: `resource-${type.name}` }),
        ...(type.fields ? fieldsSchema(type.fields) : {}),
      };
    case 'oneOf':
      return {
        type: 'object',
        oneOf: type.variants.map((variant) => ({
          type: 'object',
          title: variant.label,
          ...fieldsSchema(variant.fields),
        })),
      };
  }
}

function argumentSchema(argument: Argument): JsonSchema {
  const schema = schemaOfType(argument.type);
  if (argument.description !== undefined) schema['description'] = argument.description;
  return { ...schema, default: argument.default ?? null };
}

/** The signature with the schema of its arguments: the whole answer of a deploy. */
export function signatureOf(read: ReadSignature): Signature {
  const properties: JsonSchema = {};
  for (const argument of read.arguments) put(properties, argument.key, argumentSchema(argument));
  const names = read.arguments.map((argument) => argument.key);
  return {
    parameters: read.arguments.map(({ key, required }) => ({ name: key, required })),
    schema: {
      $schema: dialect,
      type: 'object',
      properties,
      required: read.arguments.filter((argument) => argument.required).map(({ key }) => key),
      order: names,
    },
    autoKind: read.autoKind,
    hasPreprocessor: read.hasPreprocessor,
  };
}

/** Keywords that the code says and so a new deploy decides; all others are the user's own words. */
const ofCode = new Set(['type', 'format', 'items', 'properties', 'required', 'oneOf', 'default']);
const ofType = new Set(['originalType', 'contentEncoding', 'resourceType', 'enum']);

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(schema: JsonSchema, key: string): unknown {
  return Object.hasOwn(schema, key) ? schema[key] : undefined;
}

/** Where the code says nothing (no type), what the user chose stays. */
function sameType(inferred: JsonSchema, previous: JsonSchema): boolean {
  return (
    inferred['type'] === undefined ||
    (inferred['type'] === previous['type'] &&
      (inferred['format'] === undefined || inferred['format'] === previous['format']))
  );
}

function mergeProperty(inferred: JsonSchema, previous: JsonSchema): JsonSchema {
  const merged: JsonSchema = { ...inferred };
  const same = sameType(inferred, previous);
  for (const [key, value] of Object.entries(previous)) {
    if (ofCode.has(key)) {
      // A format or type that only the user gave (`format: email` on a plain string) stays.
      if (same && (key === 'format' || key === 'type') && merged[key] === undefined) {
        merged[key] = value;
      }
      continue;
    }
    if (ofType.has(key) && (!same || merged[key] !== undefined)) continue;
    // Without a schema of its own, a deploy is code first: a description in the code is newer.
    if (key === 'description' && merged[key] !== undefined) continue;
    put(merged, key, value);
  }
  for (const key of ['properties', 'items']) {
    const [now, before] = [inferred[key], previous[key]];
    if (!same || !isSchema(now) || !isSchema(before)) continue;
    merged[key] = key === 'items' ? mergeProperty(now, before) : mergeProperties(now, before);
  }
  return merged;
}

function mergeProperties(inferred: JsonSchema, previous: JsonSchema): JsonSchema {
  const merged: JsonSchema = {};
  for (const [name, schema] of Object.entries(inferred)) {
    const before = own(previous, name);
    const both = isSchema(schema) && isSchema(before);
    put(merged, name, both ? mergeProperty(schema, before) : schema);
  }
  return merged;
}

function mergedOrder(names: readonly string[], previous: unknown): string[] {
  const kept = Array.isArray(previous)
    ? previous.filter((name): name is string => names.includes(name as string))
    : [];
  return [...new Set([...kept, ...names])];
}

/**
 * The schema of a new version: what the code says (`inferred`), with the words that people added to
 * the last one (`previous`): description, title, pattern, minimum, placeholder, the order of the
 * form, and so on. Keywords whose meaning hangs on the type go when the type changed.
 */
export function mergeSchema(inferred: JsonSchema, previous: JsonSchema): JsonSchema {
  const [now, before] = [inferred['properties'], previous['properties']];
  const merged: JsonSchema = { ...inferred };
  for (const [key, value] of Object.entries(previous)) {
    if (!Object.hasOwn(merged, key)) put(merged, key, value);
  }
  if (isSchema(now) && isSchema(before)) merged['properties'] = mergeProperties(now, before);
  if (isSchema(now)) merged['order'] = mergedOrder(Object.keys(now), previous['order']);
  return merged;
}
