// The server's operations, as its OpenAPI document lists them: names, sentences and fields.
import { nearest } from '../../base/index.ts';
import type { Client } from './client.ts';
import { usageError } from './command.ts';
import type { FieldSchema } from './values.ts';

export interface InputSchema {
  properties?: Readonly<Record<string, FieldSchema>>;
  required?: readonly string[];
}

export interface ListedOperation {
  name: string;
  summary: string;
  /** `read`, `write` or `high_risk`; empty when the document does not say. */
  risk: string;
  input: InputSchema;
}

interface Described {
  summary?: string;
  description?: string;
  'x-risk'?: string;
  requestBody?: { content?: Readonly<Record<string, { schema?: unknown }>> };
}

interface OpenApi {
  paths?: Readonly<Record<string, { post?: Described }>>;
  components?: { schemas?: Readonly<Record<string, unknown>> };
}

/** Follows `#/components/schemas/X`, once or twice. */
function resolved(schema: unknown, document: OpenApi, depth = 0): InputSchema {
  const reference = (schema as { $ref?: unknown } | undefined)?.$ref;
  if (typeof reference !== 'string' || depth > 4) return schema ?? {};
  const name = decodeURIComponent(reference.split('/').at(-1) ?? '');
  return resolved(document.components?.schemas?.[name], document, depth + 1);
}

/** Every operation that the server knows, by name. */
export async function listOperations(client: Client): Promise<ListedOperation[]> {
  const document = await client.read<OpenApi>('/api/openapi.json');
  const listed = Object.entries(document.paths ?? {}).flatMap(([path, { post }]) => {
    const [, name] = /\/api\/op\/([\w.]+)$/.exec(path) ?? [];
    if (name === undefined || !post) return [];
    const schema = post.requestBody?.content?.['application/json']?.schema;
    return [
      {
        name,
        summary: post.summary ?? post.description ?? '',
        risk: post['x-risk'] ?? '',
        input: resolved(schema, document),
      },
    ];
  });
  return listed.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The operation `name`; throws a usage error with the nearest one. */
export function requireOperation(
  operations: readonly ListedOperation[],
  name: string,
): ListedOperation {
  const found = operations.find((entry) => entry.name === name);
  if (found) return found;
  const similar = nearest(
    name,
    operations.map((entry) => entry.name),
  );
  throw usageError(
    `There is no operation "${name}".`,
    similar ? `Did you mean "${similar}"?` : 'See them all: millrace op --list',
  );
}
