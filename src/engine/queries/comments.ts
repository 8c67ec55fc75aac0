// What the comments of a SQL script say, as Windmill reads them: names, types and defaults of
// arguments, the database resource, names that are put into the text, what the result is.
import { mistake, type SqlDialect } from './query.ts';
import { tokensOf } from './tokens.ts';

export interface DeclaredArgument {
  /** `$1`, `?` or `:name`. */
  placeholder: string;
  name: string;
  /** Lower-case SQL type; '' when none is given. */
  type: string;
  defaultText: string | undefined;
}

/** `%%name%%` in the text, to be replaced by a plain name. */
export interface Interpolation {
  name: string;
  /** The only values allowed; empty: any plain name. */
  choices: readonly string[];
}

export interface Collection {
  statements: 'last' | 'all';
  rows: 'all' | 'first';
  /** The first column instead of the row. */
  scalar: boolean;
  /** All statements, but the only one's rows alone. */
  legacy: boolean;
}

export interface QueryComments {
  declared: readonly DeclaredArgument[];
  interpolations: readonly Interpolation[];
  /** Path of the resource that is the database, when the script names it. */
  database: string | undefined;
  collection: Collection;
}

const longestComment = 2000;

const typeAndDefault = /^(?:\s*\(\s*([\w ]+(?:\(\d+\))?(?:\[\])?)\s*\))?(?:\s*=\s*(.*))?$/;

function declaration(words: string, dialect: SqlDialect): DeclaredArgument | undefined {
  const head =
    dialect === 'postgresql'
      ? /^(\$\d{1,5})\s+(\w+)/.exec(words)
      : (/^(\?)\s+(\w+)/.exec(words) ?? /^(:(\w+))/.exec(words));
  const [whole = '', placeholder, name] = head ?? [];
  if (placeholder === undefined || name === undefined) return undefined;
  const rest = typeAndDefault.exec(words.slice(whole.length).trim());
  if (rest === null) return undefined;
  const [, type = '', defaultText] = rest;
  return { placeholder, name, type: type.trim().toLowerCase(), defaultText };
}

const collectionWords = /^(?:(last|all)_statements?_(all|first)_rows?(_scalar)?|legacy)$/;

function collectionOf(word: string): Collection {
  const found = collectionWords.exec(word);
  if (found === null) {
    throw mistake(
      `result_collection=${word.slice(0, 60)} is not known: write last_statement_all_rows, ` +
        'last_statement_first_row, all_statements_all_rows or all_statements_first_row, each ' +
        'with _scalar behind it for the first column alone.',
    );
  }
  const [, statements, rows, scalar] = found;
  const legacy = word === 'legacy';
  return {
    statements: statements === 'all' || legacy ? 'all' : 'last',
    rows: rows === 'first' ? 'first' : 'all',
    scalar: scalar !== undefined,
    legacy,
  };
}

const interpolation = /^%%(\w+)%%\s*(.*)$/;

/** Throws `QueryError` for what is asked in a comment and cannot be had. */
export function readComments(source: string, dialect: SqlDialect): QueryComments {
  const declared: DeclaredArgument[] = [];
  const interpolations: Interpolation[] = [];
  let database: string | undefined;
  let collection = collectionOf('last_statement_all_rows');
  for (const { kind, text } of tokensOf(source, dialect)) {
    if (kind !== 'comment' || !text.startsWith('--') || text.length > longestComment) continue;
    const words = text.slice(2).trim();
    const argument = declaration(words, dialect);
    const [, name, choices = ''] = interpolation.exec(words) ?? [];
    const [, path] = /^database\s+(?:\$res:|res:\/\/)?(\S+)$/.exec(words) ?? [];
    const [, word] = /^result_collection\s*=\s*(\S*)$/.exec(words) ?? [];
    if (argument !== undefined) declared.push(argument);
    else if (name !== undefined) {
      const listed = choices.split('/').map((choice) => choice.trim());
      interpolations.push({ name, choices: listed.filter((choice) => choice !== '') });
    } else if (word !== undefined) collection = collectionOf(word);
    else if (path !== undefined) database = path;
    else if (/^s3(?:\s|$)/.test(words)) {
      throw mistake(
        'Results to a bucket (`-- s3`) are not supported: leave that comment out and limit the ' +
          'rows, or write to the bucket from a script.',
      );
    }
  }
  if (database?.includes('://')) {
    throw mistake(`\`-- database ${database.slice(0, 80)}\` is no resource: write its path.`);
  }
  return { declared, interpolations, database, collection };
}
