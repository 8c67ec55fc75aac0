// Reads an OpenAPI 3 document that somebody brought: bounded, its references followed inside the
// document alone, cycles cut. What comes out is plain; nothing of it is fetched or run.
import { AppError, isObject } from '../../base/index.ts';
import type { JsonObject } from '../action.ts';

/** GitHub's has 12 MB. */
const maxChars = 20_000_000;
const maxDepth = 12;

export interface Endpoint {
  /** Upper case. */
  method: string;
  /** With `{parameters}`. */
  path: string;
  operationId: string | undefined;
  summary: string;
  parameters: readonly { name: string; in: string; required: boolean; schema: JsonObject }[];
  /** Of a JSON body; undefined where there is none. */
  body: { required: boolean; schema: JsonObject } | undefined;
}

export interface OpenApiDocument {
  title: string;
  /** The first server with an address of its own. */
  server: string | undefined;
  endpoints: readonly Endpoint[];
}

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

function wrong(what: string): AppError {
  return new AppError('invalid_input', `This is no OpenAPI document: ${what}.`, {
    hint: 'Give an OpenAPI 3 document as JSON or YAML, with its paths.',
  });
}

async function parse(text: string): Promise<JsonObject> {
  if (text.length > maxChars) {
    throw new AppError('too_large', `A document has ${maxChars} characters at most.`);
  }
  let value: unknown;
  try {
    value = text.trimStart().startsWith('{') ? JSON.parse(text) : await parseYaml(text);
  } catch (error) {
    throw wrong(error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it is unreadable');
  }
  if (!isObject(value)) throw wrong('it is no object');
  return value;
}

/** Aliases are refused: a few lines of them stand for gigabytes. */
async function parseYaml(text: string): Promise<unknown> {
  const { parse: read } = await import('yaml');
  return read(text, { maxAliasCount: 0, schema: 'core' });
}

/** Follows `#/…` inside the document; anything else, and what is not there, is an empty schema. */
function createResolver(root: JsonObject) {
  function at(pointer: string): unknown {
    let value: unknown = root;
    for (const part of pointer.slice(2).split('/')) {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      if (!isObject(value) || !Object.hasOwn(value, key)) return {};
      value = value[key];
    }
    return value;
  }

  /** The object that a reference stands for, one level. */
  function one(value: unknown): JsonObject {
    let found = value;
    for (let hops = 0; isObject(found) && typeof found['$ref'] === 'string'; hops += 1) {
      const ref = found['$ref'];
      if (hops > 10 || !ref.startsWith('#/')) return {};
      found = at(ref);
    }
    return isObject(found) ? found : {};
  }

  const verbatim = new Set(['enum', 'const', 'default']);
  /** Said for people and generators; a model and a check need none of it. */
  const dropped = new Set(['example', 'examples', 'xml', 'externalDocs', 'discriminator']);

  function plain(value: unknown, depth: number): unknown {
    if (Array.isArray(value)) return value.map((entry) => plain(entry, depth + 1));
    if (!isObject(value)) return value;
    // What is deeper, or contains itself, is not looked at: any value.
    if (depth > maxDepth) return {};
    const schema = one(value);
    const entries = Object.entries(schema)
      .filter(([key]) => !dropped.has(key) && !key.startsWith('x-'))
      .map(([key, entry]) => [key, verbatim.has(key) ? entry : plain(entry, depth + 1)]);
    return nullable(Object.fromEntries(entries) as JsonObject);
  }

  return { one, schema: (value: unknown): JsonObject => plain(value, 0) as JsonObject };
}

/** `nullable` of OpenAPI 3.0 as JSON Schema says it. */
function nullable({ nullable: isNullable, ...schema }: JsonObject): JsonObject {
  if (isNullable === undefined || typeof isNullable !== 'boolean') {
    return isNullable === undefined ? schema : { ...schema, nullable: isNullable };
  }
  if (!isNullable || typeof schema['type'] !== 'string') return schema;
  return { ...schema, type: [schema['type'], 'null'] };
}

/** Throws `invalid_input` for what is no OpenAPI 3 document, with what is wrong. */
export async function readOpenApi(text: string): Promise<OpenApiDocument> {
  const root = await parse(text);
  const version = textOf(root['openapi']);
  if (!/^3\.\d/.test(version)) {
    throw wrong(version === '' ? 'it has no openapi: 3.x' : `it is of version ${version}`);
  }
  if (!isObject(root['paths'])) throw wrong('it has no paths');
  const { one, schema } = createResolver(root);

  function endpointOf(path: string, item: JsonObject, method: string): Endpoint | undefined {
    const said = item[method];
    if (!isObject(said)) return undefined;
    const listed = [item['parameters'], said['parameters']].flatMap((list) =>
      Array.isArray(list) ? list : [],
    );
    const byPlace = new Map(
      listed.map((entry) => {
        const parameter = one(entry);
        return [`${textOf(parameter['in'])} ${textOf(parameter['name'])}`, parameter];
      }),
    );
    const body = one(said['requestBody']);
    const content = isObject(body['content']) ? body['content'] : {};
    const json = Object.entries(content).find(([type]) => /^application\/(?:.*\+)?json/.test(type));
    const media = json && isObject(json[1]) ? json[1] : undefined;
    return {
      method: method.toUpperCase(),
      path,
      operationId: textOf(said['operationId']) || undefined,
      summary: textOf(said['summary']) || textOf(said['description']),
      parameters: [...byPlace.values()].map((parameter) => ({
        name: textOf(parameter['name']),
        in: textOf(parameter['in']),
        required: parameter['required'] === true || parameter['in'] === 'path',
        schema: {
          ...schema(parameter['schema'] ?? {}),
          ...(parameter['description'] ? { description: textOf(parameter['description']) } : {}),
        },
      })),
      body: media && { required: body['required'] === true, schema: schema(media['schema'] ?? {}) },
    };
  }

  const servers = Array.isArray(root['servers']) ? root['servers'] : [];
  const info = isObject(root['info']) ? root['info'] : {};
  return {
    title: textOf(info['title']).slice(0, 100) || 'API',
    server: servers
      .map((server) => (isObject(server) ? textOf(server['url']) : ''))
      .find((url) => /^https?:\/\/[^{]+$/.test(url)),
    endpoints: Object.entries(root['paths']).flatMap(([path, item]) => {
      const found = one(item);
      return methods.flatMap((method) => endpointOf(path, found, method) ?? []);
    }),
  };
}
