// `/api/openapi.yaml`: which of Windmill's operations this server has, under its published ids and
// addresses. Bodies and answers are as in Windmill's own document, so they are not told again.
import type { Published } from './published.ts';

/** `:name` and `*` are one `{}` on both sides, so that names of parameters do not matter. */
const shapeOf = (path: string): string => path.replace(/:\w+|\*/g, '{}').replace(/\{\w+\}/g, '{}');

/** Grants have an address for each kind of item, which Windmill describes as one. */
const kindShape = (path: string): string =>
  shapeOf(path.replace(/\/acls\/(\w+)\/\w+\//, '/acls/$1/:kind/'));

/** `built`: the addresses that are mounted, as `METHOD /api/…`. JSON, which is YAML as well. */
export function windmillOpenApi(
  published: readonly Published[],
  { built, version }: { built: readonly string[]; version: string },
): string {
  const have = new Set(built.map(kindShape));
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, operationId } of published) {
    if (!have.has(shapeOf(`${method} /api${path}`))) continue;
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    (paths[path] ??= {})[method.toLowerCase()] = {
      operationId,
      parameters: names.map((name) => {
        return { name, in: 'path', required: true, schema: { type: 'string' } };
      }),
      responses: { default: { description: 'as Windmill documents it' } },
    };
  }
  const info = { title: 'Windmill API of Millrace', version };
  return JSON.stringify({ openapi: '3.0.3', info, servers: [{ url: '/api' }], paths }, null, 1);
}
