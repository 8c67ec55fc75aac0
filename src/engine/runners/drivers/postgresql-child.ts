// Sends a PostgreSQL script to its server, one statement after the other, on one connection.
// Runs inside the child, which ends with its connection; the server then cancels what it does.
import type { Socket } from 'node:net';
import pg from 'pg';
import { type CompiledQuery, compileQuery } from '../../queries/index.ts';
import { connectionOf, type DriverLimits, driverError, gather, lineAt, textOr } from './answer.ts';

/** Types whose text the driver would turn into something that JSON says worse. */
const int8 = 20;
const numeric = 1700;
const timestamp = 1114;
const timestamptz = 1184;
/** bytea, date, interval, point, circle: as PostgreSQL writes them. */
const asText = new Set([17, 1082, 1186, 600, 718]);
const arrays: Record<number, number> = {
  1016: int8,
  1231: numeric,
  1115: timestamp,
  1185: timestamptz,
  1001: 17,
  1182: 1082,
  1187: 1186,
};
const textArray = 1009;

/** A number where it is exact, else its text. */
function exactNumber(text: string): number | string {
  const digits = text.replace(/^-?0*\.?0*|\./g, '').length;
  return digits <= 15 && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** `2026-11-21 10:00:00.5+02` as ISO 8601; infinity and years before Christ stay as they are. */
function isoTime(text: string): string {
  const [, day, time, zone] = /^(\d{4,}-\d\d-\d\d) ([\d:.]+)([+-][\d:]+)?$/.exec(text) ?? [];
  if (day === undefined) return text;
  if (zone === undefined) return `${day}T${time}`;
  return `${day}T${time}${/^[+-]00$/.test(zone) ? 'Z' : zone.includes(':') ? zone : `${zone}:00`}`;
}

function parseText(oid: number, text: string): unknown {
  if (oid === int8 || oid === numeric) return exactNumber(text);
  return oid === timestamp || oid === timestamptz ? isoTime(text) : text;
}

type Parse = (text: string) => unknown;

// The types of the package know the numbers of an enumeration only.
const builtIn = pg.types.getTypeParser as unknown as (oid: number) => Parse;

function parserOf(oid: number): Parse {
  const ours = [int8, numeric, timestamp, timestamptz].includes(oid) || asText.has(oid);
  if (ours) return (text) => parseText(oid, text);
  const item = arrays[oid];
  if (item === undefined) return builtIn(oid);
  const split = builtIn(textArray);
  const each = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(each)
      : typeof value === 'string'
        ? parseText(item, value)
        : null;
  return (text) => each(split(text));
}

const types = { getTypeParser: parserOf } as unknown as typeof pg.types;

function sslOf(mode: string, certificate: string | undefined): pg.ClientConfig['ssl'] {
  if (mode === 'disable') return false;
  const ca = certificate === undefined ? {} : { ca: certificate };
  if (mode === 'verify-full') return ca;
  if (mode === 'verify-ca') return { ...ca, checkServerIdentity: () => undefined };
  return { rejectUnauthorized: false };
}

async function connect(database: Record<string, unknown>): Promise<pg.Client> {
  const mode = textOr(database['sslmode'], 'prefer');
  const settings = {
    host: textOr(database['host'], 'localhost'),
    port: Number(database['port'] ?? 5432),
    user: textOr(database['user'], 'postgres'),
    password: textOr(database['password'], ''),
    database: textOr(database['dbname'] ?? database['database'], 'postgres'),
    connectionTimeoutMillis: 20_000,
    application_name: 'millrace',
    types,
  };
  const certificate = textOr(database['root_certificate_pem'], undefined);
  const attempt = async (ssl: pg.ClientConfig['ssl']): Promise<pg.Client> => {
    const client = new pg.Client({ ...settings, ...(ssl === undefined ? {} : { ssl }) });
    // An end of the connection between two statements is told by the next one.
    client.on('error', () => {});
    client.on('notice', ({ message }) => console.log(message ?? ''));
    await client.connect();
    return client;
  };
  try {
    return await attempt(sslOf(mode, certificate));
  } catch (error) {
    const plain = mode === 'prefer' || mode === 'allow';
    const refused = /does not support SSL/.test((error as Error).message);
    if (plain && refused) return attempt(false);
    const { host, port } = settings;
    const message = (error as Error).message || (error as { code?: string }).code || 'no answer';
    throw driverError('ConnectionErr', `no connection to ${host}:${port}: ${message}`);
  }
}

function queryError(error: unknown, statement: CompiledQuery['statements'][number]): Error {
  if (!(error instanceof pg.DatabaseError)) return error as Error;
  const { message, code, detail, hint, position } = error;
  const line = lineAt(statement, Number(position ?? 1) || 1);
  const more = [detail && `Detail: ${detail}`, hint && `Hint: ${hint}`].filter(Boolean);
  const where = position === undefined ? `statement at line ${line}` : `line ${line}`;
  return driverError('QueryError', [`${message} (SQLSTATE ${code}, ${where})`, ...more].join('\n'));
}

const socketOf = (client: pg.Client): Socket =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

/** Resolves at the end of the statement; rows go to `onRow` as they come. */
function send(
  client: pg.Client,
  { text, values }: CompiledQuery['statements'][number],
  onRow: (names: readonly string[], row: unknown[]) => void,
): Promise<void> {
  const config: pg.QueryArrayConfig = { text, values: [...values], rowMode: 'array', types };
  const query = new pg.Query<unknown[]>(config as pg.QueryConfig);
  return new Promise((resolve, reject) => {
    query.on('row', (row, result) => {
      try {
        onRow(result?.fields.map(({ name }) => name) ?? [], row);
      } catch (error) {
        reject(error);
        // Nothing more is read, and so the server ends the statement.
        socketOf(client).destroy();
      }
    });
    query.on('error', reject);
    query.on('end', () => resolve());
    client.query(query);
  });
}

export async function main(
  source: string,
  values: Record<string, unknown>,
  limits: DriverLimits,
): Promise<unknown> {
  const query = compileQuery(source, 'postgresql', values);
  const client = await connect(connectionOf(values['database'], 'database', 'postgresql'));
  try {
    // Since PostgreSQL 14: what runs is canceled when this process is gone, however it went.
    await client.query('set client_connection_check_interval = 500').catch(() => undefined);
    const answer = gather(query, limits);
    for (const [index, statement] of query.statements.entries()) {
      answer.begin(index);
      await send(client, statement, answer.row).catch((error: unknown) => {
        throw queryError(error, statement);
      });
    }
    return answer.result();
  } finally {
    await client.end();
  }
}
