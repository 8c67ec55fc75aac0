// A SQL script and the arguments of a call become statements with their values, for the driver.
// Names that are put into the text must be plain ones: nothing of a call becomes SQL.
import { argumentsOf, type QueryArgument } from './arguments.ts';
import { type Collection, readComments } from './comments.ts';
import { mistake, type SqlDialect } from './query.ts';
import { type Statement, statementsOf } from './statements.ts';

export interface CompiledStatement {
  text: string;
  values: readonly unknown[];
  line: number;
}

export interface CompiledQuery {
  statements: readonly CompiledStatement[];
  collection: Collection;
}

type Values = Readonly<Record<string, unknown>>;

const plainName = /^[A-Za-z_]\w{0,62}$/;

function nameFor({ key, choices }: QueryArgument, value: unknown): string {
  if (choices.length > 0) {
    if (typeof value === 'string' && choices.includes(value)) return value;
    throw mistake(`${key} is one of ${choices.join(', ')}.`);
  }
  if (typeof value === 'string' && plainName.test(value)) return value;
  throw mistake(`${key} is put into the query as a name: letters, digits and _ only.`);
}

/** As the drivers take it: JSON columns as text, the rest as it is; absent is null. */
function valueFor(argument: QueryArgument, values: Values): unknown {
  const { key, kind, itemKind } = argument;
  const given = Object.hasOwn(values, key) ? values[key] : undefined;
  const value = given === undefined ? argument.default : given;
  if (value === null || value === undefined) return null;
  if (kind === 'json') return JSON.stringify(value);
  if (kind === 'list' && itemKind === 'json' && Array.isArray(value)) {
    return value.map((item) => JSON.stringify(item));
  }
  return value;
}

/** PostgreSQL numbers its values, MySQL takes them in order. */
function compileStatement(
  { text, line, placeholders }: Statement,
  byPlaceholder: ReadonlyMap<string, unknown>,
  dialect: SqlDialect,
): CompiledStatement {
  const names: string[] = [];
  const values: unknown[] = [];
  let compiled = '';
  let done = 0;
  for (const { text: name, at, length } of placeholders) {
    const known = dialect === 'postgresql' ? names.indexOf(name) : -1;
    if (known === -1) {
      names.push(name);
      values.push(byPlaceholder.get(name));
    }
    const number = known === -1 ? names.length : known + 1;
    compiled += text.slice(done, at) + (dialect === 'postgresql' ? `$${number}` : '?');
    done = at + length;
  }
  return { text: compiled + text.slice(done), values, line };
}

/** Throws `QueryError` for a value that cannot stand where it is asked for. */
export function compileQuery(source: string, dialect: SqlDialect, values: Values): CompiledQuery {
  const comments = readComments(source, dialect);
  const all = argumentsOf(source, dialect, comments);
  let text = source;
  const byPlaceholder = new Map<string, unknown>();
  for (const argument of all) {
    const { key, placeholder } = argument;
    if (placeholder !== undefined) byPlaceholder.set(placeholder, valueFor(argument, values));
    else text = text.replaceAll(`%%${key}%%`, nameFor(argument, values[key]));
  }
  const statements = statementsOf(text, dialect).map((statement) =>
    compileStatement(statement, byPlaceholder, dialect),
  );
  return { statements, collection: comments.collection };
}
