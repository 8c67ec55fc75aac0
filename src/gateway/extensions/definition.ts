// What an extension file says: the shape of it, and what may not stand together. No I/O.
import { z } from 'zod';
import { AppError } from '../../base/index.ts';
import { type ActionClass, actionClasses } from '../action.ts';
import { baseAddress } from '../address.ts';
import { categories, classOf } from '../gates/index.ts';
import { serviceName } from '../name.ts';
import { isOfTheRequest, serviceAuth } from '../service-auth.ts';
import { type SourceProblem, readYaml } from '../strict-yaml.ts';
import { placesIn } from './template.ts';

/** Tools have fields of these names for themselves. */
const reserved = new Set(['action', 'dry_run', 'confirmed']);

const word = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,59}$/, 'small letters, digits and _, at most 60, a letter first');
const sentence = z.string().min(1).max(500);
/** `owner.name`: one field inside the other. */
const fieldPath = z
  .string()
  .max(200)
  .regex(/^[^.\0]+(?:\.[^.\0]+)*$/, 'is no field, such as owner.name');

const scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);
const types = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const;

const parameter = z.strictObject({
  type: z.enum(types).default('string'),
  description: sentence.optional().describe('what it is, for a model'),
  required: z.boolean().default(false),
  default: scalar.optional().describe('where the caller gives none'),
  enum: z.array(scalar).min(1).max(200).optional().describe('nothing else is taken'),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  min_length: z.int().min(0).max(1_000_000).optional(),
  max_length: z.int().min(1).max(1_000_000).optional(),
  items: z
    .strictObject({
      type: z.enum(types).default('string'),
      enum: z.array(scalar).min(1).optional(),
    })
    .optional()
    .describe('of an array'),
});
export type Parameter = z.output<typeof parameter>;

const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z
    .string()
    .max(1000)
    .regex(/^(?:\/[\w.~!$&'()*+,;=:@%{}-]*)+$/, 'begins with / and has no ?, # or spaces')
    .refine((path) => !/\/\/|\/\.{1,2}(?:\/|$)|%/.test(path), 'leads elsewhere: no //, .. or %')
    .describe('below the address; {name} is a parameter'),
  query: z.record(z.string().min(1).max(200), scalar).optional(),
  body: z.unknown().optional().describe('any JSON'),
  form: z.record(z.string().min(1).max(200), scalar).optional(),
});

const result = z
  .strictObject({
    at: fieldPath.optional().describe('what of the answer counts'),
    as: word.default('items').describe('the name of a list in the result'),
    pick: z
      .union([z.array(fieldPath).min(1).max(100), z.record(z.string().min(1).max(100), fieldPath)])
      .optional()
      .describe('these fields alone, or names for them'),
    next: fieldPath.optional().describe('where the answer says how to read on'),
    max_rows: z.int().min(1).max(100).default(100),
    max_bytes: z.int().min(1000).max(65_536).default(65_536),
  })
  .prefault({});

const action = z.strictObject({
  name: word,
  description: sentence,
  class: z.enum(actionClasses).optional().describe('without: by its method and name'),
  category: z.enum(categories).optional().describe('of what is high risk'),
  listed: z.boolean().default(true).describe('false: found by search alone'),
  input: z.record(word, parameter).default({}),
  request,
  result,
  name_fields: z.array(fieldPath).max(50).default([]).describe('they hold names of people'),
  restore_in: z.array(fieldPath).max(50).default([]).describe('tokens become values there'),
});
export type ExtensionAction = z.output<typeof action>;

const headerLine = z
  .string()
  .max(500)
  .regex(/^[\x20-\x7e]*$/, 'is no line of plain characters');
/** What people prove themselves with is theirs. */
const proofs = new Set(['authorization', 'cookie']);

const shape = z.strictObject({
  name: serviceName,
  title: z.string().min(1).max(100),
  description: sentence.default('a service of ours').describe('as in: Reads …'),
  address: z.string().max(500),
  auth: serviceAuth.default({ kind: 'key', header: 'authorization', prefix: 'Bearer ' }),
  key_hint: sentence.optional().describe('where people get their key'),
  headers: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,60}$/, 'small letters, digits and -'), headerLine)
    .default({}),
  name_fields: z.array(fieldPath).max(50).default([]).describe('of all actions'),
  actions: z.array(action).min(1).max(200),
});
export type ExtensionDefinition = z.output<typeof shape>;

interface Problem {
  path: PropertyKey[];
  message: string;
}

/** The class that counts: the admin's word, else the rule's. */
export const classOfAction = ({ class: said, request: { method }, name }: ExtensionAction) =>
  said ?? (classOf(method, name) satisfies ActionClass);

function* templateProblems({ request: asked, input }: ExtensionAction): Generator<Problem> {
  const used = new Set<string>();
  for (const { name, path } of placesIn(asked)) {
    used.add(name);
    if (!Object.hasOwn(input, name)) {
      yield { path: ['request', ...path], message: `{${name}} is no parameter of the input` };
    }
  }
  for (const [name, said] of Object.entries(input)) {
    const at = ['input', name];
    if (reserved.has(name)) yield { path: at, message: 'tools have a field of this name already' };
    if (!used.has(name)) yield { path: at, message: 'goes nowhere: the request does not name it' };
    const inPath = asked.path.includes(`{${name}}`);
    if (inPath && !said.required && said.default === undefined) {
      yield { path: at, message: 'stands in the path, and so is required: true' };
    }
    if (inPath && (said.type === 'array' || said.type === 'object')) {
      yield { path: at, message: `is of type ${said.type}, which stands in no path` };
    }
    if (said.items !== undefined && said.type !== 'array') {
      yield { path: [...at, 'items'], message: 'is for the type array' };
    }
  }
}

function* actionProblems(said: ExtensionAction): Generator<Problem> {
  const { method, body, form } = said.request;
  const hasBody = body !== undefined || form !== undefined;
  if (hasBody && method === 'GET') yield { path: ['request'], message: 'a GET has no body' };
  if (body !== undefined && form !== undefined) {
    yield { path: ['request', 'form'], message: 'there is a body already' };
  }
  const isRead = classOfAction(said) === 'read';
  if (isRead && method !== 'GET' && method !== 'POST') {
    yield { path: ['class'], message: `a ${method} is no read` };
  }
  if (said.category !== undefined && classOfAction(said) !== 'high_risk') {
    yield { path: ['category'], message: 'is for what is high_risk' };
  }
  for (const [index, field] of said.restore_in.entries()) {
    if (Object.hasOwn(said.input, field.split('.')[0] ?? '')) continue;
    yield { path: ['restore_in', index], message: 'names no parameter of the input' };
  }
  yield* templateProblems(said);
}

function* problemsOf(said: ExtensionDefinition): Generator<Problem> {
  try {
    baseAddress(said.address);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    yield { path: ['address'], message: 'is no http or https address without user and query' };
  }
  for (const name of Object.keys(said.headers)) {
    if (!isOfTheRequest(name) && !proofs.has(name)) continue;
    yield { path: ['headers', name], message: 'is not for a file' };
  }
  const names = new Set<string>();
  for (const [index, one] of said.actions.entries()) {
    const at = ['actions', index];
    if (names.has(one.name))
      yield { path: [...at, 'name'], message: 'another action has this name' };
    names.add(one.name);
    for (const { path, message } of actionProblems(one)) yield { path: [...at, ...path], message };
  }
}

const checked = shape.superRefine((said, context) => {
  for (const { path, message } of problemsOf(said)) {
    context.addIssue({ code: 'custom', path, message });
  }
});

const page = 'docs/how-to/extensions.md';

/** Throws `invalid_input`, whose `details.problems` have line and column of everything wrong. */
export const readExtension = (source: string): ExtensionDefinition =>
  readYaml(source, { what: 'extension', page, schema: checked });

/** What `readExtension` would throw; empty for a file that is right. */
export function problemsIn(source: string): SourceProblem[] {
  try {
    readExtension(source);
    return [];
  } catch (error) {
    const problems = error instanceof AppError ? error.details?.['problems'] : undefined;
    if (!Array.isArray(problems)) throw error;
    return problems as SourceProblem[];
  }
}
