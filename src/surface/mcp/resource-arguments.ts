// Resource parameters of scripts as tools: a model gives the path, `$res:<path>`, and the
// description says which there are. Resolving it is the engine's, with the runner's rights.
import type { OfferedResources } from '../../engine/index.ts';
import { cutBytes } from '../../base/index.ts';
import { isObject, type JsonObject, type JsonSchema } from './protocol.ts';

/** Deeper than this a schema says nothing that a model could use. */
const maxDepth = 24;
/** A model pays for every word of every tool; the list tool has them all. */
const maxShown = 20;
const maxTitleBytes = 120;

/** The resource type that a parameter takes, in either stored form; undefined for other schemas. */
export function resourceTypeOf(schema: JsonObject): string | undefined {
  const { type, format, resourceType } = schema;
  if (type === 'resource' && typeof resourceType === 'string') return resourceType;
  if (typeof format === 'string' && format.startsWith('resource-')) return format.slice(9);
  return undefined;
}

const none = 'There is none of this type yet that you may use: ask for one to be created first.';

function titleOf(description: string): string {
  const line = description.split('\n', 1)[0]?.trim() ?? '';
  return line === '' ? 'No title' : cutBytes(line, maxTitleBytes);
}

/** Which ones there are, as a sentence. */
function offerOf(resourceType: string, { choices }: OfferedResources): string {
  const ofType = choices.filter((choice) => choice.resourceType === resourceType);
  const [first] = ofType;
  if (!first) return none;
  const shown = ofType.slice(0, maxShown);
  const listed = shown.map(({ path, description }) => `${titleOf(description)}: $res:${path}`);
  const rest = first.count - shown.length;
  const more = rest > 0 ? `; ${rest} more: listResource with resource_type=${resourceType}` : '';
  const many = first.count === 1 ? 'There is one' : `There are ${first.count}`;
  return `${many}: ${listed.join('; ')}${more}.`;
}

/** A resource is given by its path; `offered` is what this caller may use. */
export function resourceArgument(schema: JsonObject, offered?: OfferedResources): JsonSchema {
  const resourceType = resourceTypeOf(schema) ?? '';
  const { description: own } = schema;
  const about = offered?.types.get(resourceType)?.split('\n', 1)[0]?.trim();
  const kind = `A resource of type ${resourceType}${about ? ` (${about.replace(/\.$/, '')})` : ''}`;
  const sentences = [
    ...(typeof own === 'string' && own.trim() !== '' ? [own.trim()] : []),
    `${kind}, given by its path as $res:<path>.`,
    offered ? offerOf(resourceType, offered) : none,
  ];
  return { type: 'string', description: sentences.join(' ') };
}

/** Does any parameter, at any depth, take a resource? */
export function takesResource(schema: unknown, depth = 0): boolean {
  if (depth > maxDepth || typeof schema !== 'object' || schema === null) return false;
  if (isObject(schema) && resourceTypeOf(schema) !== undefined) return true;
  return Object.values(schema).some((entry) => takesResource(entry, depth + 1));
}

/**
 * A type that the script itself declares is listed like a resource of that name, because it may be
 * one. Where there is no such resource type it is an object of the fields that it says.
 */
function isOwnType(schema: JsonObject, { types, choices }: OfferedResources): boolean {
  const name = resourceTypeOf(schema);
  if (name === undefined || !isObject(schema['properties']) || types.has(name)) return false;
  return !choices.some(({ resourceType }) => resourceType === name);
}

/** The schema with its resource parameters as paths to choose from. */
export function offerResources(schema: unknown, offered: OfferedResources, depth = 0): unknown {
  if (depth > maxDepth || typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) {
    return schema.map((entry) => offerResources(entry, offered, depth + 1));
  }
  const stored = schema as JsonObject;
  const ownType = isOwnType(stored, offered);
  if (!ownType && resourceTypeOf(stored) !== undefined) return resourceArgument(stored, offered);
  return Object.fromEntries(
    Object.entries(stored)
      .filter(([key]) => !(ownType && key === 'format'))
      .map(([key, entry]) => [key, offerResources(entry, offered, depth + 1)]),
  );
}
