// The OpenAPI 3.1 document of our own REST, made from the operations' schemas: one path for each.
import { z } from 'zod';
import type { AnyOperation, Catalog } from '../../operation/index.ts';

type Json = Record<string, unknown>;

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1; what it cannot say stands as "anything". */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...body } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  void $schema;
  return body;
}

const json = (schema: Json): Json => ({ 'application/json': { schema } });

const errorSchema: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', description: 'stable name of the kind of error' },
        message: { type: 'string', description: 'what happened' },
        hint: { type: 'string', description: 'what to do next' },
        details: { type: 'object', description: 'facts for programs' },
        id: { type: 'string', description: 'where the log of the server has a bug' },
      },
    },
  },
};

/** Status and meaning of the errors that any operation may answer. */
const errorMeanings: Readonly<Record<string, string>> = {
  '400': 'The input is wrong; the message names the field.',
  '401': 'No token, or one that is unknown, expired or revoked.',
  '403': 'The caller, or the scopes of the token, may not do this.',
  '404': 'There is no such thing, or the caller may not see it.',
  '409': 'The thing is not in a state for this.',
  '413': 'The body is larger than 20 MB.',
  '415': 'The body is not JSON.',
  '422': 'The input is well formed and cannot be done.',
  '500': 'A bug; the id finds it in the log of the server.',
};

const errorResponses: Json = Object.fromEntries(
  Object.keys(errorMeanings).map((status) => [
    status,
    { $ref: `#/components/responses/Error${status}` },
  ]),
);

const components: Json = {
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', description: 'A token, or the token of a session.' },
    session: { type: 'apiKey', in: 'cookie', name: 'token', description: 'Pages only.' },
  },
  parameters: {
    workspace: {
      name: 'workspace',
      in: 'query',
      required: false,
      schema: { type: 'string' },
      description: 'Id of the workspace, for operations on what a workspace holds.',
    },
  },
  schemas: { Error: errorSchema },
  responses: Object.fromEntries(
    Object.entries(errorMeanings).map(([status, description]) => [
      `Error${status}`,
      { description, content: json({ $ref: '#/components/schemas/Error' }) },
    ]),
  ),
};

function pathItem(operation: AnyOperation): Json {
  return {
    post: {
      operationId: operation.name,
      summary: operation.summary,
      tags: [operation.name.split('.')[0]],
      'x-risk': operation.risk,
      'x-action': operation.action,
      ...(operation.tool === undefined ? {} : { 'x-mcp-tool': operation.tool }),
      ...(operation.action === 'login:write' ? { security: [] } : {}),
      parameters: [{ $ref: '#/components/parameters/workspace' }],
      requestBody: { required: false, content: json(jsonSchema(operation.input, 'input')) },
      responses: {
        '200': { description: 'Done.', content: json(jsonSchema(operation.output, 'output')) },
        ...errorResponses,
      },
    },
  };
}

/** The document as an object; `origin` is where people reach this server. */
export function openApiDocument(
  catalog: Catalog,
  { origin, version }: { origin: string; version: string },
): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Millrace',
      version,
      description: 'Every operation is called with POST; times are epoch milliseconds.',
    },
    servers: [{ url: origin }],
    security: [{ bearer: [] }, { session: [] }],
    paths: Object.fromEntries(
      catalog.list().map((operation) => [`/api/op/${operation.name}`, pathItem(operation)]),
    ),
    components,
  };
}
