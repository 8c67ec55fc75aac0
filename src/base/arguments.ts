// Checks a tool's arguments against its listed schema before anything runs, and says what is
// wrong in words that a model can act on. Nothing is coerced: "3" is not 3. Validators are
// compiled at first use and kept by key; loading the compiler costs nothing at start.
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { messageOf } from './errors.ts';
import { judged } from './json-schema.ts';
import type { Log } from './log.ts';
import { createLru } from './lru.ts';
import { cutBytes, nearest } from './text.ts';
import { isObject } from './is-object.ts';

type JsonObject = Record<string, unknown>;
/** The object schema of a tool or an action. */
type JsonSchema = JsonObject;

/** Compiled validators kept; one takes some 10 KB. */
const maxCompiled = 2_000;
/** A schema beyond this is not compiled: the script judges its arguments itself. */
const maxSchemaChars = 200_000;
/** Arguments beyond this get their first problem only; each problem costs memory. */
const maxCharsForAllProblems = 50_000;
const maxProblems = 5;
const maxShownBytes = 80;

export interface ArgumentCheck {
  /** Loads the compiler in the background: somebody who lists tools is about to call one. */
  expect(): void;
  /**
   * Undefined when `given` fits `schema`, else one sentence for each problem (five at most).
   * `key` names the schema for ever: the same key with another schema gives the old answer.
   */
  check(key: string, schema: JsonSchema, given: JsonObject): Promise<string[] | undefined>;
}

interface Compiled {
  first: ValidateFunction;
  schema: JsonSchema;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > maxShownBytes ? `${cutBytes(text, maxShownBytes)}…` : text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `/list/0/a~1b` → `list.0.a/b`. */
function fieldOf(pointer: string, child?: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return [...parts, ...(child === undefined ? [] : [child])].join('.');
}

function accepted(schema: unknown): string {
  if (!isObject(schema)) return 'any value';
  const { type, enum: choices } = schema;
  if (Array.isArray(choices)) return `one of ${choices.slice(0, 20).map(shown).join(', ')}`;
  if (Array.isArray(type)) return type.join(' or ');
  return typeof type === 'string' ? type : 'any value';
}

function propertiesOf(schema: unknown): JsonObject {
  return isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
}

function unknownArgument(error: ErrorObject): string {
  const name = String(error.params['additionalProperty']);
  const known = Object.keys(propertiesOf(error.parentSchema));
  const similar = nearest(name, known);
  const guess = similar === undefined ? '' : `did you mean "${similar}"? `;
  const list = known.length > 0 ? known.slice(0, 40).join(', ') : 'none';
  return `${fieldOf(error.instancePath, name)}: unknown argument; ${guess}accepted: ${list}`;
}

function sentence(error: ErrorObject): string {
  const field = fieldOf(error.instancePath) || 'arguments';
  const given = `given ${shown(error.data)} (${kindOf(error.data)})`;
  switch (error.keyword) {
    case 'required': {
      const name = String(error.params['missingProperty']);
      const schema = propertiesOf(error.parentSchema)[name];
      return `${fieldOf(error.instancePath, name)}: missing, accepted: ${accepted(schema)}`;
    }
    case 'additionalProperties':
      return unknownArgument(error);
    case 'type': {
      const hint = error.data === null ? '; leave the argument out to use its default' : '';
      return `${field}: ${given}, accepted: ${accepted(error.parentSchema)}${hint}`;
    }
    case 'enum': {
      const choices: unknown[] = error.params['allowedValues'] ?? [];
      const similar = nearest(
        String(error.data),
        choices.filter((choice) => typeof choice === 'string'),
      );
      const guess = similar === undefined ? '' : `; did you mean "${similar}"?`;
      return `${field}: ${given}, accepted: ${accepted({ enum: choices })}${guess}`;
    }
    case 'anyOf':
    case 'oneOf':
      return `${field}: ${given}, accepted: one of the forms that the schema lists`;
    default:
      return `${field}: ${given}, ${error.message ?? 'not accepted'}`;
  }
}

/** One sentence a place: an `anyOf` also reports every branch that failed. */
function sentences(errors: readonly ErrorObject[]): string[] {
  const whole = errors.filter((error) => /^(any|one)Of$/.test(error.keyword));
  const telling = errors.filter(
    (error) =>
      !whole.some(
        (outer) => outer !== error && error.schemaPath.startsWith(`${outer.schemaPath}/`),
      ),
  );
  return [...new Set(telling.map(sentence))].slice(0, maxProblems);
}

async function loadCompilers(): Promise<{ first: Ajv2020; all: Ajv2020 }> {
  const ajv = await import('ajv/dist/2020.js');
  const options = {
    strict: false,
    verbose: true,
    logger: false,
    validateSchema: false,
    validateFormats: false,
    addUsedSchema: false,
  } as const;
  return {
    first: new ajv.Ajv2020(options),
    all: new ajv.Ajv2020({ ...options, allErrors: true }),
  };
}

function compile(compiler: Ajv2020, schema: JsonSchema): ValidateFunction {
  const compiled = compiler.compile(schema);
  // Ajv keeps every schema it ever compiled; ours are bounded by the cache around it.
  compiler.removeSchema(schema);
  return compiled;
}

/** Validators for the tools of one server process. */
export function createArgumentCheck(log: Log): ArgumentCheck {
  const validators = createLru<Compiled | 'unchecked'>({ maxEntries: maxCompiled });
  let compilers: Promise<{ first: Ajv2020; all: Ajv2020 }> | undefined;

  async function prepare(key: string, listed: JsonSchema): Promise<Compiled | 'unchecked'> {
    compilers ??= loadCompilers();
    const { first } = await compilers;
    let validator: Compiled | 'unchecked' = 'unchecked';
    try {
      const schema = judged(listed) as JsonSchema;
      if (JSON.stringify(schema).length <= maxSchemaChars) {
        validator = { first: compile(first, schema), schema };
      }
    } catch (error) {
      log.debug('a tool schema does not compile', { tool: key, reason: messageOf(error) });
    }
    validators.set(key, validator);
    return validator;
  }

  async function allProblems(compiled: Compiled, given: JsonObject): Promise<string[]> {
    const short = JSON.stringify(given).length <= maxCharsForAllProblems;
    if (short && compilers) {
      const { all } = await compilers;
      const judge = compile(all, compiled.schema);
      if (!judge(given) && judge.errors) return sentences(judge.errors);
    }
    return sentences(compiled.first.errors ?? []);
  }

  return {
    expect() {
      if (compilers) return;
      compilers = loadCompilers();
      // Whoever checks first gets the error; until then it is nobody's.
      compilers.catch(() => undefined);
    },
    async check(key, schema, given) {
      const validator = validators.get(key) ?? (await prepare(key, schema));
      if (validator === 'unchecked' || validator.first(given)) return undefined;
      return allProblems(validator, given);
    },
  };
}
