// An extension as a service like any other: its actions check what they take, make their request
// and keep what the file wants of the answer. No I/O.
import { type ArgumentCheck, isObject, sha256 } from '../../base/index.ts';
import type { Action, InputSchema, JsonObject, ServiceDeclaration } from '../action.ts';
import { baseAddress } from '../address.ts';
import {
  classOfAction,
  type ExtensionAction,
  type ExtensionDefinition,
  type Parameter,
} from './definition.ts';
import { filled, filledFields, filledPath } from './template.ts';

/** Of a text that the file does not bound. */
const maxTextChars = 100_000;

function schemaOf({ type, items, ...said }: Parameter): JsonObject {
  const { description, default: otherwise, enum: choices, minimum, maximum } = said;
  return {
    type,
    ...(description !== undefined && { description }),
    ...(otherwise !== undefined && { default: otherwise }),
    ...(choices && { enum: choices }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(said.min_length !== undefined && { minLength: said.min_length }),
    ...(type === 'string' && !choices && { maxLength: said.max_length ?? maxTextChars }),
    ...(type === 'array' && { items: items ?? {}, maxItems: 1000 }),
  };
}

function inputOf(
  { name, input }: ExtensionAction,
  key: string,
  argumentCheck: ArgumentCheck,
): InputSchema {
  const entries = Object.entries(input);
  const json = {
    type: 'object',
    properties: Object.fromEntries(entries.map(([one, said]) => [one, schemaOf(said)])),
    required: entries.filter(([, said]) => said.required).map(([one]) => one),
    additionalProperties: false,
  };
  const defaults = entries.flatMap(([one, said]) =>
    said.default === undefined ? [] : [[one, said.default] as const],
  );
  return {
    json,
    async check(params) {
      const given = isObject(params) ? params : {};
      const problems = await argumentCheck.check(`${key} ${name}`, json, given);
      return problems ? { problems } : { params: { ...Object.fromEntries(defaults), ...given } };
    },
  };
}

function at(value: unknown, path: string): unknown {
  let found: unknown = value;
  for (const key of path.split('.')) {
    found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return found ?? null;
}

function resultOf({ result }: ExtensionAction, body: unknown): unknown {
  const { at: where, pick, as, next } = result;
  const picks = Array.isArray(pick) ? pick.map((path) => [path, path]) : Object.entries(pick ?? {});
  const kept = (one: unknown): unknown =>
    pick === undefined || !isObject(one)
      ? one
      : Object.fromEntries(picks.map(([name = '', path = '']) => [name, at(one, path)]));
  const value = where === undefined ? body : at(body, where);
  const more = next === undefined ? {} : { next: at(body, next) };
  if (Array.isArray(value)) return { [as]: value.map(kept), ...more };
  const one = kept(value);
  return next === undefined ? one : isObject(one) ? { ...one, ...more } : { value: one, ...more };
}

function actionOf(
  said: ExtensionAction,
  { names, key }: { names: readonly string[]; key: string },
  argumentCheck: ArgumentCheck,
): Action {
  const { request, result } = said;
  return {
    name: said.name,
    description: said.description,
    class: classOfAction(said),
    ...(said.category && { category: said.category }),
    input: inputOf(said, key, argumentCheck),
    curated: said.listed,
    restoreIn: said.restore_in,
    nameFields: [...new Set([...names, ...said.name_fields])],
    most: { rows: result.max_rows, bytes: result.max_bytes },
    request: (params) => ({
      method: request.method,
      path: filledPath(request.path, params),
      query: filledFields(request.query ?? {}, params),
      ...(request.body !== undefined && { json: filled(request.body, params) ?? {} }),
      ...(request.form && { form: filledFields(request.form, params) }),
    }),
    result: (body) => resultOf(said, body),
  };
}

/** `source`: the file itself, by whose digest its checks are known. */
export function declarationOf(
  said: ExtensionDefinition,
  source: string,
  argumentCheck: ArgumentCheck,
): ServiceDeclaration {
  const { name, title, description, auth, headers } = said;
  const how = { key: sha256(source), names: said.name_fields };
  return {
    name,
    title,
    description,
    auth,
    keyHint: said.key_hint ?? `Ask whoever runs ${title} for a key.`,
    baseUrl: baseAddress(said.address),
    headers,
    actions: said.actions.map((one) => actionOf(one, how, argumentCheck)),
  };
}
