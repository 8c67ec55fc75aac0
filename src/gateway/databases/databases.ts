// Statements in people's databases: one connection for each call, to an address that egress
// permits, closed after it. What only reads cannot write: PostgreSQL itself takes nothing but a
// SELECT for a cursor, the transaction is read only, and functions that may act outside of it are
// not called.
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { AppError, isObject } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import { connectPostgres, postgresTypes } from '../../engine/index.ts';
import type { JsonObject, SqlRequest } from '../action.ts';
import { refusal } from '../reasons.ts';
import { saidOf } from '../said.ts';
import * as sql from './database.sql.ts';
import { calledNames, harmless } from './names.ts';
import { readConnection, resourceIn } from './connection-text.ts';

/** Of one answer, with everything that the protocol adds. */
const maxAnswerBytes = 4_000_000;
const rowsAtOnce = 20;
const connectLimitMs = 10_000;
const statementLimitMs = 25_000;

export interface DatabasesDeps {
  egress: Pick<Egress, 'socket'>;
}

export interface Errand {
  /** What the person stored: an address, or the name of a resource. */
  connection: string;
  signal: AbortSignal;
  /** Reads a resource in the name of whoever calls. */
  resource(path: string): Promise<unknown>;
}

type Client = pg.Client;
type Row = unknown[];

/** Rows as objects; a name that comes twice is told apart by its place. */
function objectsOf(fields: readonly { name: string }[], rows: readonly Row[]): JsonObject[] {
  const seen = new Map<string, number>();
  const names = fields.map(({ name }) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])));
}

async function fieldsOf({ connection, resource }: Errand): Promise<JsonObject> {
  const path = resourceIn(connection);
  if (path === undefined) return readConnection(connection);
  const value = await resource(path);
  if (isObject(value) && typeof value['host'] === 'string' && !value['host'].includes('/')) {
    return value;
  }
  throw new AppError('invalid_input', `${path} is no resource of a PostgreSQL with a host.`);
}

/** What PostgreSQL says, as a refusal; anything else is thrown as it is. */
function refusalOf(error: unknown): unknown {
  const { code, message, detail, hint } = error as Partial<pg.DatabaseError>;
  if (error instanceof AppError) return error;
  if (code?.startsWith('28') || code === '3D000') {
    return refusal('auth_required', `PostgreSQL does not let you in: ${saidOf(message ?? '')}`);
  }
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) {
    const why = saidOf(message || (code ?? 'no answer'));
    return refusal('upstream_unavailable', `The database cannot be reached: ${why}`);
  }
  const more = [detail && `Detail: ${detail}`, hint && `Hint: ${hint}`].filter(Boolean);
  const said = saidOf([message, ...more].join(' '));
  const known: Record<string, string> = {
    '25006': 'This action only reads; another one changes, where an admin lets it.',
    '57014': 'It took too long: ask for less, or look at it with explain.',
  };
  return refusal('upstream_failed', `PostgreSQL refused it (${code}): ${said}`, {
    ...(known[code] !== undefined && { hint: known[code] }),
    details: { sqlstate: code },
  });
}

export type Databases = ReturnType<typeof createDatabases>;

export function createDatabases({ egress }: DatabasesDeps) {
  /** `opens` hears of the socket before anything is sent. */
  async function connect(errand: Errand, opens: (socket: Socket) => void): Promise<Client> {
    const { default: driver } = await import('pg');
    const types = postgresTypes(driver.types.getTypeParser);
    return connectPostgres(await fieldsOf(errand), async (settings) => {
      const client = new driver.Client({
        ...settings,
        // Of a text that is empty the driver would take the server's own password instead.
        password: () => settings.password,
        connectionTimeoutMillis: connectLimitMs,
        application_name: 'millrace',
        stream: () => {
          const socket = egress.socket();
          opens(socket);
          return socket;
        },
        types: types as unknown as typeof driver.types,
      });
      // What happens between two statements is told by the next one.
      client.on('error', () => {});
      await client.connect();
      return client;
    });
  }

  /** One statement and no more: the extended protocol takes none beside it. */
  async function ask(client: Client, text: string, values: readonly unknown[] = []) {
    const config = { text, values: [...values], rowMode: 'array', queryMode: 'extended' };
    return client.query<Row>(config as unknown as pg.QueryArrayConfig);
  }

  async function assertHarmless(client: Client, text: string): Promise<void> {
    const { called, dotted } = calledNames(text);
    const { rows } = await ask(client, sql.harmfulFunction, [called, dotted, harmless]);
    const name = rows[0]?.[0];
    if (typeof name !== 'string') return;
    throw refusal('invalid_params', `sql: ${name} is a function that may change things.`, {
      hint: 'A read calls functions that PostgreSQL knows to be stable or immutable.',
    });
  }

  async function page(client: Client, { sql: text, offset = 0, limit = 100 }: SqlRequest) {
    await ask(client, sql.cursorFor(text));
    if (offset > 0) await ask(client, sql.skip(offset));
    const rows: Row[] = [];
    let fields: readonly { name: string }[] = [];
    for (let isMore = true; isMore && rows.length <= limit;) {
      const wanted = Math.min(rowsAtOnce, limit + 1 - rows.length);
      const answer = await ask(client, sql.take(wanted));
      fields = answer.fields;
      rows.push(...answer.rows);
      isMore = answer.rows.length === wanted;
    }
    const more = rows.length > limit;
    return { rows: objectsOf(fields, rows.slice(0, limit)), next: more ? offset + limit : null };
  }

  async function read(client: Client, request: SqlRequest): Promise<unknown> {
    await ask(client, sql.beginRead);
    await ask(client, sql.bounds(statementLimitMs));
    if (request.kind === 'known') {
      const { fields, rows } = await ask(client, request.sql, request.values);
      return { rows: objectsOf(fields, rows) };
    }
    await assertHarmless(client, request.sql);
    if (request.kind === 'query') return page(client, request);
    const { rows } = await ask(client, sql.planOf(request.sql));
    return { plan: rows[0]?.[0] ?? null };
  }

  async function change(client: Client, { sql: text, values, mostRows }: SqlRequest) {
    await ask(client, sql.beginWrite);
    await ask(client, sql.bounds(statementLimitMs));
    const { fields, rows, rowCount, command } = await ask(client, text, values);
    if (mostRows !== undefined && (rowCount ?? 0) > mostRows) {
      throw refusal('invalid_params', `It would change ${rowCount} rows, and ${mostRows} may be.`, {
        hint: 'Nothing was changed. Narrow it, or say a higher max_rows.',
      });
    }
    await ask(client, 'commit');
    return { command, changed: rowCount ?? 0, rows: objectsOf(fields, rows) };
  }

  return {
    /** Throws refusals in PostgreSQL's words; whatever failed has changed nothing. */
    async run(request: SqlRequest, errand: Errand): Promise<unknown> {
      const { signal } = errand;
      let client: Client | undefined;
      let socket: Socket | undefined;
      let tooLarge = false;
      const close = (): void => {
        socket?.destroy();
      };
      signal.addEventListener('abort', close);
      try {
        client = await connect(errand, (opened) => {
          socket = opened;
          if (signal.aborted) close();
        });
        let bytes = 0;
        streamOf(client).on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          tooLarge = bytes > maxAnswerBytes;
          if (tooLarge) close();
        });
        return await (request.kind === 'change' ? change : read)(client, request);
      } catch (error) {
        if (signal.aborted) throw error;
        if (tooLarge) throw new AppError('too_large', 'The answer is too large.');
        throw refusalOf(error);
      } finally {
        // Its end rolls back whatever was not committed, and lets go of every lock.
        if (tooLarge || signal.aborted) close();
        else await client?.end().catch(() => undefined);
        signal.removeEventListener('abort', close);
      }
    },
  };
}

/** What the driver reads: the socket, or what is decrypted from it. */
const streamOf = (client: Client): Duplex =>
  (client as unknown as { connection: { stream: Duplex } }).connection.stream;
