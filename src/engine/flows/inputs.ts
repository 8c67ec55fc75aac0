// Inputs that cannot be right: a fixed value of a type that the called code does not take. What an
// expression gives is only known when it runs. No I/O.
import { isObject } from '../../base/index.ts';
import type { FlowModule } from './value.ts';

const nameOf: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** What is taken in place of `value`; undefined when it fits, or when that cannot be told. */
function wanted(value: unknown, schema: unknown): string | undefined {
  if (!isObject(schema) || value === null || value === undefined) return undefined;
  // What a reference stands for is known when the step runs.
  if (typeof value === 'string' && value.startsWith('$')) return undefined;
  const { type, enum: choices } = schema;
  const actual = typeOf(value);
  if (typeof type === 'string' && nameOf[type] !== undefined) {
    const fits = type === actual || (type === 'number' && actual === 'integer');
    if (!fits) return nameOf[type];
  }
  if (!Array.isArray(choices) || choices.length === 0) return undefined;
  if (choices.some((choice) => choice === value)) return undefined;
  const shown = choices.slice(0, 10).map((choice) => JSON.stringify(choice));
  return `one of ${shown.join(', ')}`;
}

/** One sentence for each fixed input of the module that its code cannot take. */
export function inputProblems({ id, value }: FlowModule, schema: unknown): string[] {
  if (!('input_transforms' in value) || !isObject(schema)) return [];
  const { properties } = schema;
  if (!isObject(properties)) return [];
  return Object.entries(value.input_transforms ?? {}).flatMap(([name, transform]) => {
    if (transform.type !== 'static' || !Object.hasOwn(properties, name)) return [];
    const takes = wanted(transform.value, properties[name]);
    if (takes === undefined) return [];
    const given = JSON.stringify(transform.value) ?? 'nothing';
    const shown = given.length > 60 ? `${given.slice(0, 60)}…` : given;
    return [`module ${id}, input ${name}: ${shown} is not ${takes}, which the code takes`];
  });
}
