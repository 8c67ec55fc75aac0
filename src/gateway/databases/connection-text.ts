// How people say where their database is: one address with everything, or a resource that holds it.
// Both are secrets; what may be shown of one is `label`. No I/O.
import { AppError } from '../../base/index.ts';
import type { JsonObject } from '../action.ts';

const modes = new Set(['disable', 'prefer', 'require', 'verify-ca', 'verify-full']);
/** Names and addresses alone: a path would be a socket of this machine. */
const hostName = /^[\w.:-]{1,255}$/;

function wrong(what: string): AppError {
  return new AppError('invalid_input', `This is no connection to PostgreSQL: ${what}.`, {
    hint:
      'Give postgresql://user:password@db.example.com:5432/database?sslmode=verify-full, with ' +
      'signs such as @ and / in the password escaped (%40, %2F); or $res:<path of a resource>.',
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('a % in it escapes nothing');
  }
}

/** The path of a resource where the text names one. */
export const resourceIn = (text: string): string | undefined =>
  /^\$res:([uf]\/[^\0]{1,250})$/.exec(text)?.[1];

/** The fields as a resource of the type postgresql holds them; never repeats the password. */
export function readConnection(text: string): JsonObject {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol)) throw wrong('it begins otherwise');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!hostName.test(host)) throw wrong('it names no host');
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'sslmode');
  if (unknown !== undefined) throw wrong('of settings it takes sslmode alone');
  const sslmode = url.searchParams.get('sslmode') ?? 'verify-full';
  if (!modes.has(sslmode)) throw wrong(`sslmode is one of ${[...modes].join(', ')}`);
  const dbname = decoded(url.pathname.slice(1));
  if (dbname === '' || url.username === '') throw wrong('it names no user, or no database');
  return {
    host,
    port: url.port === '' ? 5432 : Number(url.port),
    user: decoded(url.username),
    password: decoded(url.password),
    dbname,
    sslmode,
  };
}

/** Which database, as whom: for lists and pages. Throws `invalid_input` for what is none. */
export function labelOf(text: string): string {
  if (resourceIn(text) !== undefined) return text;
  const { user, host, port, dbname } = readConnection(text);
  return `${String(user)}@${String(host)}:${String(port)}/${String(dbname)}`.slice(0, 300);
}
