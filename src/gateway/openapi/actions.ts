// An endpoint of an OpenAPI document as an action: its name, its class by rule, its parameters in
// one flat object, and the request that they become.
import { isObject } from '../../base/index.ts';
import type { ArgumentCheck } from '../../base/index.ts';
import type { Action, ActionClass, InputSchema, JsonObject, UpstreamRequest } from '../action.ts';
import { segment } from '../address.ts';
import { classOf } from '../gates/index.ts';
import type { Endpoint } from './document.ts';

const maxNameChars = 80;
const maxDescriptionChars = 300;

const snake = (text: string): string =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^a-zA-Z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase()
    .slice(0, maxNameChars);

/** From the operation's id, else from verb and path; the same document gives the same names. */
export function nameOf({ operationId, method, path }: Endpoint): string {
  return snake(operationId ?? `${method} ${path}`) || 'call';
}

/** Where each parameter of the flat object goes. */
interface Layout {
  json: JsonObject;
  query: readonly string[];
  /** Fields of the body, or true where the whole of `body` is it. */
  body: readonly string[] | true;
}

function layoutOf({ parameters, body }: Endpoint): Layout {
  const placed = parameters.filter((parameter) => ['path', 'query'].includes(parameter.in));
  const properties: JsonObject = Object.fromEntries(
    placed.map((parameter) => [parameter.name, parameter.schema]),
  );
  const required = placed.filter((parameter) => parameter.required).map(({ name }) => name);
  const query = placed.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const fields = isObject(body?.schema['properties']) ? body.schema['properties'] : undefined;
  const clash = fields && Object.keys(fields).some((key) => Object.hasOwn(properties, key));
  let bodyFields: readonly string[] | true = [];
  if (body && fields && !clash) {
    Object.assign(properties, fields);
    const needed = body.schema['required'];
    if (body.required && Array.isArray(needed)) required.push(...needed.map(String));
    bodyFields = Object.keys(fields);
  } else if (body) {
    properties['body'] = body.schema;
    if (body.required) required.push('body');
    bodyFields = true;
  }
  const json = { type: 'object', properties, required, additionalProperties: false };
  return { json, query, body: bodyFields };
}

function pathOf({ path }: Endpoint, params: JsonObject): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => segment(String(params[name])));
}

function requestOf(endpoint: Endpoint, { query, body }: Layout, params: JsonObject) {
  const picked = (names: readonly string[]): JsonObject =>
    Object.fromEntries(names.filter((name) => name in params).map((name) => [name, params[name]]));
  const search = Object.entries(picked(query)).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(',') : String(value),
  ]);
  const sent = body === true ? params['body'] : picked(body);
  const hasBody = body === true ? 'body' in params : body.length > 0;
  return {
    method: endpoint.method as UpstreamRequest['method'],
    path: pathOf(endpoint, params),
    query: Object.fromEntries(search),
    ...(hasBody && { json: sent }),
  };
}

function inputOf(key: string, json: JsonObject, argumentCheck: ArgumentCheck): InputSchema {
  return {
    json,
    async check(params) {
      const given = isObject(params) ? params : {};
      const problems = await argumentCheck.check(key, json, given);
      return problems ? { problems } : { params: given };
    },
  };
}

export interface Chosen {
  /** Names the document's version for the cache of validators. */
  key: string;
  curated: boolean;
  /** An admin's word, in the place of the rule's. */
  class?: ActionClass | undefined;
}

export function actionOf(
  endpoint: Endpoint,
  { key, curated, class: given }: Chosen,
  argumentCheck: ArgumentCheck,
): Action {
  const name = nameOf(endpoint);
  const layout = layoutOf(endpoint);
  const what = endpoint.summary.replaceAll(/\s+/g, ' ').slice(0, maxDescriptionChars);
  return {
    name,
    description: what === '' ? `${endpoint.method} ${endpoint.path}` : what,
    class: given ?? classOf(endpoint.method, name),
    input: inputOf(`${key} ${name}`, layout.json, argumentCheck),
    curated,
    restoreIn: endpoint.body ? Object.keys(layout.json['properties'] as JsonObject) : [],
    nameFields: ['name', 'displayName', 'full_name', 'author', 'assignee', 'owner'],
    request: (params) => requestOf(endpoint, layout, params),
  };
}
