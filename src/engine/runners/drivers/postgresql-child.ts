// Sends a PostgreSQL script to its server, one statement after the other, on one connection.
// Runs inside the child, which ends with its connection; the server then cancels what it does.
import type { Socket } from 'node:net';
import pg from 'pg';
import {
  type CompiledQuery,
  compileQuery,
  connectPostgres,
  type PostgresSettings,
  postgresSettings,
  postgresTypes,
} from '../../queries/index.ts';
import { connectionOf, type DriverLimits, driverError, gather, lineAt } from './answer.ts';

type Parse = (text: string) => unknown;

// The types of the package know the numbers of an enumeration only.
const builtIn = pg.types.getTypeParser as unknown as (oid: number) => Parse;
const types = postgresTypes(builtIn) as unknown as typeof pg.types;

async function connect(database: Record<string, unknown>): Promise<pg.Client> {
  const attempt = async (settings: PostgresSettings): Promise<pg.Client> => {
    const client = new pg.Client({
      ...settings,
      connectionTimeoutMillis: 20_000,
      application_name: 'millrace',
      types,
    });
    // An end of the connection between two statements is told by the next one.
    client.on('error', () => {});
    client.on('notice', ({ message }) => console.log(message ?? ''));
    await client.connect();
    return client;
  };
  try {
    return await connectPostgres(database, attempt);
  } catch (error) {
    const { host, port } = postgresSettings(database);
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
