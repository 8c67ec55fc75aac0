// Sends a MySQL or MariaDB script to its server, one statement after the other, on one connection.
// Runs inside the child. A server does not notice that we are gone: `abandon` tells it.
import mysql from 'mysql2';
import { type CompiledQuery, compileQuery } from '../../queries/index.ts';
import { connectionOf, type DriverLimits, driverError, gather, lineAt, textOr } from './answer.ts';

type Database = Record<string, unknown>;

const mark = ({ jobId }: DriverLimits): string => `/* millrace job ${jobId} */`;

/** A number where it is exact, else its text; bytes as base64. */
const typeCast: mysql.TypeCast = (field, next) => {
  if (field.type === 'NEWDECIMAL' || field.type === 'DECIMAL') {
    const text = field.string();
    return text !== null && text.replaceAll(/\D/g, '').length <= 15 ? Number(text) : text;
  }
  const value: unknown = next();
  return Buffer.isBuffer(value) ? value.toString('base64') : value;
};

function sslOf(database: Database): mysql.SslOptions | undefined {
  if (database['ssl'] !== true) return undefined;
  const ca = textOr(database['root_certificate_pem'], undefined);
  return ca === undefined ? { rejectUnauthorized: false } : { ca };
}

function connect(database: Database): Promise<mysql.Connection> {
  const ssl = sslOf(database);
  const settings = {
    host: textOr(database['host'], 'localhost'),
    port: Number(database['port'] ?? 3306),
    user: textOr(database['user'], 'root'),
    password: textOr(database['password'], ''),
    ...(textOr(database['database'], '') === '' ? {} : { database: String(database['database']) }),
    ...(ssl === undefined ? {} : { ssl }),
    connectTimeout: 20_000,
    dateStrings: true,
    supportBigNumbers: true,
    rowsAsArray: true,
    // A file of the child is nothing that a server may ask for.
    flags: ['-LOCAL_FILES'],
    typeCast,
  };
  const connection = mysql.createConnection(settings);
  return new Promise((resolve, reject) => {
    connection.on('error', () => {});
    connection.connect((error) => {
      if (error === null) return resolve(connection);
      const { host, port } = settings;
      reject(driverError('ConnectionErr', `no connection to ${host}:${port}: ${error.message}`));
    });
  });
}

function run(connection: mysql.Connection, text: string): Promise<unknown[][]> {
  return new Promise((resolve, reject) => {
    connection.query<mysql.RowDataPacket[]>(text, (error, rows) =>
      error === null ? resolve(rows as unknown as unknown[][]) : reject(error),
    );
  });
}

function queryError(error: unknown, statement: CompiledQuery['statements'][number]): Error {
  const { message, errno, code } = error as { message: string; errno?: number; code?: string };
  if (errno === undefined) return error as Error;
  const line = lineAt(statement, statement.text.search(/\S/) + 1);
  return driverError('QueryError', `${message} (${code}, statement at line ${line})`);
}

/** Resolves at the end of the statement; rows go to `onRow` as they come. */
function send(
  connection: mysql.Connection,
  statement: { text: string; values: readonly unknown[] },
  onRow: (names: readonly string[], row: unknown[]) => void,
): Promise<void> {
  const { text, values } = statement;
  // Values go to the server apart from the text; without any, all kinds of statements work.
  const query =
    values.length === 0
      ? connection.query(text)
      : connection.execute(text, values.map(parameter) as string[]);
  return new Promise((resolve, reject) => {
    let names: string[] = [];
    query.on('fields', (fields) => {
      const list = fields as unknown as mysql.FieldPacket[] | undefined;
      names = (list ?? []).map(({ name }) => name);
    });
    query.on('result', (row: unknown) => {
      if (!Array.isArray(row)) return;
      try {
        onRow(names, row);
      } catch (error) {
        reject(error);
        connection.destroy();
      }
    });
    query.on('error', reject);
    query.on('end', () => resolve());
  });
}

/** Whole numbers as text: the driver would send a double, which LIMIT refuses. */
function parameter(value: unknown): unknown {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

export async function main(
  source: string,
  values: Record<string, unknown>,
  limits: DriverLimits,
): Promise<unknown> {
  const query: CompiledQuery = compileQuery(source, 'mysql', values);
  const connection = await connect(connectionOf(values['database'], 'database', 'mysql'));
  try {
    // MariaDB's name for the limit, then MySQL's: for the case that nobody is left to abandon it.
    const seconds = Math.ceil(limits.timeoutMs / 1000);
    await run(connection, `set session max_statement_time = ${seconds}`).catch(() =>
      run(connection, `set session max_execution_time = ${seconds * 1000}`).catch(() => undefined),
    );
    const answer = gather(query, limits);
    for (const [index, statement] of query.statements.entries()) {
      answer.begin(index);
      const marked = { ...statement, text: `${mark(limits)}${statement.text}` };
      await send(connection, marked, answer.row).catch((error: unknown) => {
        throw queryError(error, statement);
      });
    }
    return answer.result();
  } finally {
    connection.destroy();
  }
}

/** Ends the statement of a run whose process was ended. */
export async function abandon(
  _source: string,
  values: Record<string, unknown>,
  limits: DriverLimits,
): Promise<void> {
  const connection = await connect(connectionOf(values['database'], 'database', 'mysql'));
  try {
    const running = await run(
      connection,
      `select id from information_schema.processlist where info like '${mark(limits)}%'`,
    );
    for (const [id] of running) await run(connection, `kill ${Number(id)}`);
  } finally {
    connection.destroy();
  }
}
