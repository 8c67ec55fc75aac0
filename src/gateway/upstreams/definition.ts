// What a tool of an MCP server says of itself: kept as canonical JSON, known by its digest, and
// compared field by field. Nothing here trusts a word of it.
import { canonicalJson, isObject, sha256 } from '../../base/index.ts';
import type { ActionClass, JsonObject } from '../action.ts';
import { categoryOf, classOf } from '../gates/index.ts';
import { hidden } from './scan.ts';

export interface Definition {
  name: string;
  title: string | null;
  description: string;
  inputSchema: JsonObject;
  outputSchema: JsonObject | null;
  annotations: JsonObject | null;
}

export interface Unusable {
  name: string;
  why: string;
}

/** A definition as it is stored. */
interface Seen {
  name: string;
  text: string;
  digest: string;
}

/** More than anybody could look through. */
const maxTools = 300;
const maxDefinitionChars = 100_000;
const maxDepth = 40;
const maxShownChars = 2000;
const maxDifferences = 50;

/** Every leaf with its path, such as `inputSchema.properties.city.type`. */
function* leaves(value: unknown, path = '', depth = 0): Generator<[path: string, leaf: unknown]> {
  const isList = Array.isArray(value);
  const empty = (isList || isObject(value)) && Object.keys(value).length === 0;
  if ((!isList && !isObject(value)) || empty || depth >= maxDepth) {
    yield [path, value];
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    yield* leaves(child, path === '' ? key : `${path}.${key}`, depth + 1);
  }
}

const depthOf = (value: unknown, depth = 0): number =>
  depth > maxDepth || typeof value !== 'object' || value === null
    ? depth
    : Math.max(depth, ...Object.values(value).map((child) => depthOf(child, depth + 1)));

function whyUnusable(definition: Definition, text: string): string | undefined {
  if (!/^[A-Za-z0-9_./-]{1,128}$/.test(definition.name)) return 'its name is none that MCP allows';
  if (text.length > maxDefinitionChars) return 'its definition is too large';
  if (depthOf(definition) > maxDepth) return 'its schema is too deep';
  if (definition.inputSchema['type'] !== 'object') return 'its input is no object';
  for (const [path] of leaves(definition)) {
    if (path.replaceAll(hidden, '') !== path) return 'a name in its schema has hidden characters';
  }
  return undefined;
}

/** Reads a tool as its server listed it. */
function readTool(listed: JsonObject): Seen | Unusable {
  const definition: Definition = {
    name: String(listed['name']),
    title: typeof listed['title'] === 'string' ? listed['title'] : null,
    description: typeof listed['description'] === 'string' ? listed['description'] : '',
    inputSchema: isObject(listed['inputSchema']) ? listed['inputSchema'] : {},
    outputSchema: isObject(listed['outputSchema']) ? listed['outputSchema'] : null,
    annotations: isObject(listed['annotations']) ? listed['annotations'] : null,
  };
  const { name } = definition;
  const text = canonicalJson(definition);
  const why = whyUnusable(definition, text);
  if (why !== undefined) return { name: name.replaceAll(hidden, '').slice(0, 128), why };
  return { name, text, digest: sha256(text) };
}

export interface ToolList {
  /** By name. */
  seen: ReadonlyMap<string, Seen>;
  unusable: Unusable[];
}

/** Two of one name: the first counts, so that a later one cannot take its place. */
export function readTools(listed: readonly JsonObject[]): ToolList {
  const seen = new Map<string, Seen>();
  const unusable: Unusable[] = [];
  for (const tool of listed.slice(0, maxTools).map(readTool)) {
    if ('why' in tool) unusable.push(tool);
    else if (seen.has(tool.name)) unusable.push({ name: tool.name, why: 'listed twice' });
    else seen.set(tool.name, tool);
  }
  if (listed.length > maxTools) {
    unusable.push({ name: '…', why: `only the first ${maxTools} tools are looked at` });
  }
  return { seen, unusable: unusable.slice(0, 100) };
}

/** Of text that `readTools` gave. */
export const definitionOf = (text: string): Definition => JSON.parse(text);

/**
 * The class by the server's own annotations. They are no proof: a name that sounds like harm
 * raises what they say, and only an admin lowers it.
 */
export function classByHints({ name, annotations }: Definition): ActionClass {
  const harmful = classOf('POST', name) === 'high_risk';
  if (annotations?.['readOnlyHint'] === true) {
    return harmful && /^(?:delete|purge|raw_api)$/.test(categoryOf({ name }))
      ? 'high_risk'
      : 'read';
  }
  return annotations?.['destructiveHint'] === false && !harmful ? 'write' : 'high_risk';
}

export interface Difference {
  field: string;
  before: string | null;
  after: string | null;
}

const shown = (value: unknown): string | null =>
  value === undefined ? null : (JSON.stringify(value) ?? 'null').slice(0, maxShownChars);

/** What changed from one stored definition to another. */
export function differences(before: string, after: string): Difference[] {
  const old = new Map(leaves(definitionOf(before)));
  const now = new Map(leaves(definitionOf(after)));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => shown(old.get(field)) !== shown(now.get(field)))
    .slice(0, maxDifferences)
    .map((field) => ({ field, before: shown(old.get(field)), after: shown(now.get(field)) }));
}
