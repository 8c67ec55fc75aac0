// What a query takes: the server that it is sent to, then the arguments that its text names.
import { AppError } from '../../base/index.ts';
import {
  type GraphqlVariable,
  type QueryArgument,
  type QueryLanguage,
  readArguments,
  readComments,
  readGraphqlVariables,
} from '../queries/index.ts';
import type { Argument, ArgType, ReadSignature } from './signature.ts';

const simple: Record<string, ArgType> = {
  integer: { kind: 'integer' },
  number: { kind: 'number' },
  boolean: { kind: 'boolean' },
  json: { kind: 'unknown' },
  datetime: { kind: 'datetime' },
  date: { kind: 'date' },
  string: { kind: 'string' },
};

function typeOf({ kind, itemKind, choices }: QueryArgument): ArgType {
  if (choices.length > 0) return { kind: 'string', choices };
  if (kind === 'list') return { kind: 'list', item: simple[itemKind] ?? { kind: 'string' } };
  return simple[kind] ?? { kind: 'string' };
}

const graphqlKinds: Record<string, ArgType> = {
  Int: { kind: 'integer' },
  Float: { kind: 'number' },
  Boolean: { kind: 'boolean' },
  String: { kind: 'string' },
  ID: { kind: 'string' },
};

function graphqlType(type: string): ArgType {
  const inner = /^\[(.*)\]!?$/.exec(type)?.[1];
  if (inner !== undefined) return { kind: 'list', item: graphqlType(inner) };
  return graphqlKinds[type.replace('!', '')] ?? { kind: 'unknown' };
}

function graphqlArgument({ name, type, ...rest }: GraphqlVariable): Argument {
  return { key: name, type: graphqlType(type), required: rest.required, default: rest.default };
}

function server(key: string, name: string): Argument {
  return { key, type: { kind: 'resource', name }, required: true, default: null };
}

/** Throws `unprocessable` for a comment that asks for what cannot be had. */
export function readQuery(language: QueryLanguage, content: string): ReadSignature {
  const none = { autoKind: null, hasPreprocessor: false } as const;
  if (language === 'graphql') {
    const variables = readGraphqlVariables(content).map(graphqlArgument);
    return { ...none, arguments: [server('api', 'graphql'), ...variables] };
  }
  try {
    const { database } = readComments(content, language);
    const own = readArguments(content, language).map((argument): Argument => ({
      key: argument.key,
      type: typeOf(argument),
      required: argument.required,
      default: argument.default,
    }));
    return {
      ...none,
      arguments: database === undefined ? [server('database', language), ...own] : own,
    };
  } catch (error) {
    throw new AppError('unprocessable', (error as Error).message);
  }
}
