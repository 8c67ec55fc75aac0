// Where a database is and how a connection to it is set up: types, names for messages, and the
// translation of connection failures. It never lets a password into a message.
import type { ClientConfig } from 'pg';
import { AppError } from '../base/index.ts';

/** What the driver needs, and how messages may name the place. */
export interface Place {
  readonly settings: ClientConfig;
  /** Such as `the database "millrace" at db.example.com:5432`. */
  readonly name: string;
}

/** The identifiers of PostgreSQL's types (pg_type.dat). */
const int8 = 20;
const int8Array = 1016;

function numbersOf(text: string): (number | null)[] {
  const inside = text.slice(1, -1);
  if (inside === '') return [];
  return inside.split(',').map((item) => (item === 'NULL' ? null : Number(item)));
}

/**
 * The driver's parsers, except that int8 arrives as a number: our times, sizes and counts stay
 * far below 2^53, and a string would poison every comparison.
 */
export async function driverTypes(): Promise<NonNullable<ClientConfig['types']>> {
  const { TypeOverrides } = (await import('pg')).default;
  const types = new TypeOverrides();
  types.setTypeParser(int8, Number);
  types.setTypeParser(int8Array, numbersOf);
  return types;
}

/** SQLSTATEs that say the server cannot be reached or used now (not that a statement is wrong). */
const unreachableStates: Readonly<Record<string, string>> = {
  '28000': 'it refuses this user',
  '28P01': 'the password is wrong',
  '3D000': 'no such database',
  '53300': 'it has no connection left',
  '57P01': 'it is shutting down',
  '57P02': 'it crashed and restarts',
  '57P03': 'it is starting or stopping',
};

const socketErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EHOSTUNREACH: 'no route to that machine',
  ENETUNREACH: 'no route to that machine',
  ENOENT: 'no socket there',
  ENOTFOUND: 'that machine name is unknown',
  EAI_AGAIN: 'that machine name cannot be looked up now',
  EPIPE: 'the connection broke',
  ETIMEDOUT: 'no answer in time',
};

/** What the driver says, without a code, when a connection is lost or cannot be had. */
const driverMessages: readonly (readonly [RegExp, string])[] = [
  [/^timeout (expired|exceeded when trying to connect)/, 'no answer in time'],
  [/^Connection terminated due to connection timeout/, 'no answer in time'],
  [/^(Connection terminated|Client has encountered a connection error)/, 'the connection broke'],
  [/^(Client was closed|Cannot use a pool after calling end)/, 'this process has let go of it'],
  [/^The server does not support SSL/, 'it does not offer TLS'],
];

/** The SQLSTATE or system code of an error; a name with several addresses fails with one each. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) ? codeOf(errors[0]) : undefined;
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error) ?? '';
  const known = unreachableStates[code];
  if (known) return known;
  // Also errors of files and of other sockets come by here: only those of a connection count.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const { syscall = '' } = first as { syscall?: string };
  if (/^(connect|read|write|getaddrinfo)$/.test(syscall)) return socketErrors[code];
  return driverMessages.find(([pattern]) => pattern.test(error.message))?.[1];
}

/**
 * A failure to reach the database as `unavailable`, so that a caller reads 503 and not a bug;
 * undefined when the error is about a statement.
 */
export function unreachable(error: unknown, place: Place): AppError | undefined {
  if (error instanceof AppError) return undefined;
  const reason = reasonOf(error);
  if (reason === undefined) return undefined;
  return new AppError('unavailable', `Cannot reach ${place.name}: ${reason}.`, {
    hint: 'Check that PostgreSQL runs and that the address and the account are right.',
    cause: error,
  });
}

/** The place that `url` names. Throws `invalid_input`; the message never repeats the URL. */
export async function placeOfUrl(url: string): Promise<Place> {
  const { Client } = (await import('pg')).default;
  const settings: ClientConfig = {
    connectionString: url,
    application_name: 'millrace',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: await driverTypes(),
  };
  try {
    if (!/^(postgres|postgresql|socket):/.test(url)) throw new Error('not a PostgreSQL address');
    // Only the driver knows which of its many spellings an address uses.
    const { host, port, database } = new Client(settings);
    const where = host.startsWith('/') ? host : `${host}:${port}`;
    return { settings, name: `the database "${database}" at ${where}` };
  } catch {
    throw new AppError('invalid_input', 'The database address is not one of PostgreSQL.', {
      hint: 'Give MILLRACE_DATABASE_URL the form postgres://user:password@host:5432/database.',
    });
  }
}
