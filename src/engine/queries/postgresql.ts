// How a resource of the type postgresql becomes a connection, and how PostgreSQL's values become
// JSON: for the driver of scripts, which runs in a child, and for the service. No I/O.

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

/** Parsers by the number of a type; `builtIn`: those of the driver. */
export const postgresTypes = (builtIn: (oid: number) => Parse) => ({
  getTypeParser(oid: number): Parse {
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
  },
});

export interface PostgresSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  ssl: false | { ca?: string; rejectUnauthorized?: false; checkServerIdentity?: () => undefined };
}

const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;

function sslOf(mode: string, certificate: string): PostgresSettings['ssl'] {
  if (mode === 'disable') return false;
  const ca = certificate === '' ? {} : { ca: certificate };
  if (mode === 'verify-full') return ca;
  if (mode === 'verify-ca') return { ...ca, checkServerIdentity: () => undefined };
  return { rejectUnauthorized: false };
}

/** The fields of a resource; what is not there is PostgreSQL's default. */
export function postgresSettings(database: Record<string, unknown>): PostgresSettings {
  const mode = textOr(database['sslmode'], 'prefer');
  return {
    host: textOr(database['host'], 'localhost'),
    port: Number(database['port'] ?? 5432),
    user: textOr(database['user'], 'postgres'),
    password: textOr(database['password'], ''),
    database: textOr(database['dbname'] ?? database['database'], 'postgres'),
    ssl: sslOf(mode, textOr(database['root_certificate_pem'], '')),
  };
}

/** Connects; without encryption only where the mode allows it and the server has none. */
export async function connectPostgres<Client>(
  database: Record<string, unknown>,
  attempt: (settings: PostgresSettings) => Promise<Client>,
): Promise<Client> {
  const settings = postgresSettings(database);
  try {
    return await attempt(settings);
  } catch (error) {
    const mode = textOr(database['sslmode'], 'prefer');
    const plain = mode === 'prefer' || mode === 'allow';
    const refused = /does not support SSL/.test((error as Error).message);
    if (plain && refused) return attempt({ ...settings, ssl: false });
    throw error;
  }
}
