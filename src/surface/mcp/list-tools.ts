// Windmill's plain REST listing of the endpoint tools: which route each stands for, and where its
// arguments go. Programs that pick scopes read it; models do not.
import type { EndpointTool } from './faces/index.ts';
import type { JsonSchema } from './protocol.ts';

export interface EndpointListing {
  name: string;
  description: string;
  instructions: string;
  path: string;
  method: string;
  path_params_schema: JsonSchema | null;
  query_params_schema: JsonSchema | null;
  body_schema: JsonSchema | null;
  path_field_renames: Record<string, string> | null;
  query_field_renames: Record<string, string> | null;
  body_field_renames: Record<string, string> | null;
}

const renamedSuffix = /__(body|path|query)$/;

function schemaAt({ endpoint }: EndpointTool, place: string): JsonSchema | null {
  const entries = Object.entries(endpoint.arguments).filter(([, entry]) => entry.in === place);
  if (entries.length === 0) return null;
  const required = entries.filter(([, entry]) => entry.required).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, entry]) => [name, entry.schema])),
    ...(required.length > 0 && { required }),
  };
}

/** `path__body` → `path`: arguments whose name stands in two places of the route. */
function renamesAt({ endpoint }: EndpointTool, place: string): Record<string, string> | null {
  const renamed = Object.entries(endpoint.arguments)
    .filter(([name, entry]) => entry.in === place && renamedSuffix.test(name))
    .map(([name]) => [name, name.replace(renamedSuffix, '')]);
  return renamed.length === 0 ? null : Object.fromEntries(renamed);
}

export function listEndpoints(tools: readonly EndpointTool[]): EndpointListing[] {
  return tools.map((tool) => {
    const { endpoint } = tool;
    const [first = '', ...rest] = endpoint.description.split(/(?<=[.:;]) /);
    return {
      name: endpoint.name,
      description: first,
      instructions: rest.join(' '),
      path: endpoint.route,
      method: endpoint.method,
      path_params_schema: schemaAt(tool, 'path'),
      query_params_schema: schemaAt(tool, 'query'),
      body_schema: schemaAt(tool, 'body'),
      path_field_renames: renamesAt(tool, 'path'),
      query_field_renames: renamesAt(tool, 'query'),
      body_field_renames: renamesAt(tool, 'body'),
    };
  });
}
