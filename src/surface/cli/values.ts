// Values from the command line: JSON from text, a file or standard input, and single fields whose
// JSON Schema says what the text means.
import { readFile } from 'node:fs/promises';
import { AppError, messageOf } from '../../base/index.ts';
import { usageError } from './command.ts';

/** The parts of JSON Schema that decide how a text is read. */
export interface FieldSchema {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  anyOf?: readonly FieldSchema[];
  oneOf?: readonly FieldSchema[];
  items?: FieldSchema;
  description?: string;
  default?: unknown;
  format?: string;
}

/** The types that a field accepts; empty means anything. */
export function typesOf(schema: FieldSchema): string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (type) return [...type];
  if (schema.enum) return [...new Set(schema.enum.map((value) => typeof value as string))];
  return [...new Set([...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(typesOf))];
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/**
 * Reads `text` as a value of `schema`: text stays text where text is accepted, everything else is
 * JSON, and a list may be written `a,b`. Throws a usage error that names the field.
 */
export function fieldValue(name: string, text: string, schema: FieldSchema): unknown {
  const types = typesOf(schema);
  const json = parsed(text);
  if (types.length === 0) return json ? json.value : text;
  const fitting = types.filter((type) => type !== 'string');
  if (json && fitting.some((type) => isOfType(json.value, type))) return json.value;
  if (types.includes('string')) return text;
  if (types.includes('array') && schema.items && !text.startsWith('[')) {
    const { items } = schema;
    return text.split(',').map((part) => fieldValue(name, part.trim(), items));
  }
  const accepted = types.filter((type) => type !== 'null').join(' or ');
  const article = /^[aeiou]/.test(accepted) ? 'an' : 'a';
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  throw usageError(`${name} takes ${article} ${accepted}, not "${shown}".`);
}

/** `name=value`. */
export function splitPair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw usageError(`"${text}" is not NAME=VALUE.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Reads a file for an option; says which one and why not. */
export async function readGivenFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : code === 'EACCES'
            ? 'you may not read it'
            : messageOf(error);
    throw new AppError('not_found', `${path} cannot be read: ${reason}.`, { cause: error });
  }
}

/** The object given by `-d`: JSON, `@file`, or `-` for standard input. `{}` when absent. */
export async function givenObject(
  text: string | undefined,
  readInput: () => Promise<string>,
): Promise<Record<string, unknown>> {
  if (text === undefined) return {};
  const source = text === '-' ? 'standard input' : text.startsWith('@') ? text.slice(1) : '-d';
  const raw =
    text === '-'
      ? await readInput()
      : text.startsWith('@')
        ? await readGivenFile(text.slice(1))
        : text;
  const json = parsed(raw);
  if (!json) {
    throw usageError(
      `${source} is not JSON.`,
      `Such as: -d '{"name": "Ada"}', -d @file.json, or -d - for standard input.`,
    );
  }
  if (!isOfType(json.value, 'object')) {
    throw usageError(`${source} is JSON, but not an object.`, `Such as: -d '{"name": "Ada"}'`);
  }
  return json.value as Record<string, unknown>;
}
