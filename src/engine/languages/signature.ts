// What `main` takes: the shapes that every language's reader produces. No reading happens here.
// An argument's type is one small union that the table of Windmill's parsers fits in; `schema.ts`
// turns it into JSON Schema.
import type { QueryLanguage } from '../queries/index.ts';
import type { JsonSchema } from './schema.ts';

export type Language =
  | 'bun'
  | 'deno'
  | 'nativets'
  | 'bunnative'
  | 'python3'
  | 'bash'
  | 'php'
  | 'ruby'
  | 'go'
  | 'powershell'
  | QueryLanguage;

/** A value's type as far as it can be told from the source alone. */
export type ArgType =
  | { kind: 'unknown' | 'boolean' | 'integer' | 'bytes' | 'datetime' | 'date' }
  | { kind: 'string'; choices?: readonly string[]; format?: 'email' | 'sql' }
  | { kind: 'number'; choices?: readonly number[] }
  | { kind: 'resource'; name: string }
  | { kind: 'dynamicSelect'; name: string }
  | { kind: 'list'; item: ArgType }
  | { kind: 'object'; name?: string; fields?: readonly Field[] }
  | { kind: 'oneOf'; variants: readonly Variant[] };

export interface Field {
  key: string;
  type: ArgType;
  required: boolean;
  description?: string;
}

/** One side of a union of objects; `label` is the value that tells it from the others. */
export interface Variant {
  label: string;
  fields: readonly Field[];
}

/** One parameter of the entry point. */
export interface Argument extends Field {
  /** A JSON value; null when there is none or it cannot be told without running the code. */
  default: unknown;
}

/** What the readers of the languages answer; positions of nothing are kept. */
export interface ReadSignature {
  arguments: readonly Argument[];
  /** `lib` when there is no entry point: the script is only imported. `wac`: a workflow. */
  autoKind: 'lib' | 'wac' | null;
  hasPreprocessor: boolean;
}

export interface Signature {
  /** In the order of the function's parameters. */
  parameters: { name: string; required: boolean }[];
  schema: JsonSchema;
  autoKind: 'lib' | 'wac' | null;
  hasPreprocessor: boolean;
}
