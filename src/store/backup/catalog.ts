// What a backup holds: the tables and sequences of our schema as PostgreSQL's catalog lists them.
// The database is Millrace's alone, so every table counts, whatever folder made it.
import type { PoolClient } from 'pg';

export interface BackupTable {
  name: string;
  /** Generated columns are left out: PostgreSQL computes them again. */
  columns: string[];
}

export interface BackupSequence {
  name: string;
  /** The value last given out; null when none was. */
  lastValue: string | null;
}

/** The runner's own table: the manifest holds its content. */
const migrationTable = 'store_migration';

// Partitions come with their parent, tables of extensions with their extension.
const listTables = `
  select
    relation.relname as name,
    array(
      select attribute.attname::text
      from pg_attribute as attribute
      where attribute.attrelid = relation.oid
        and attribute.attnum > 0
        and not attribute.attisdropped
        and attribute.attgenerated = ''
      order by attribute.attnum
    ) as columns
  from pg_class as relation
  where relation.relnamespace = current_schema()::regnamespace
    and relation.relkind in ('r', 'p')
    and not relation.relispartition
    and relation.relname <> $1
    and not exists (
      select 1
      from pg_depend as dependency
      where dependency.classid = 'pg_class'::regclass
        and dependency.objid = relation.oid
        and dependency.deptype = 'e'
    )
  order by relation.relname`;

const listReferences = `
  select distinct
    conrelid::regclass::text as "from",
    confrelid::regclass::text as "to"
  from pg_constraint
  where contype = 'f'
    and conrelid <> confrelid
    and connamespace = current_schema()::regnamespace`;

const listSequences = `
  select sequencename as name, last_value::text as "lastValue"
  from pg_sequences
  where schemaname = current_schema()
  order by sequencename`;

/** Referenced tables first, else by name; tables that refer to each other stay in that order. */
function inOrder(
  tables: readonly BackupTable[],
  references: readonly { from: string; to: string }[],
): BackupTable[] {
  const ordered = new Set<BackupTable>();
  const visiting = new Set<BackupTable>();
  const visit = (table: BackupTable): void => {
    if (visiting.has(table)) return;
    visiting.add(table);
    for (const { to } of references.filter(({ from }) => from === table.name)) {
      const referenced = tables.find(({ name }) => name === to);
      if (referenced) visit(referenced);
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table);
  return [...ordered];
}

/** Every table of ours in an order in which rows can be inserted. */
export async function readTables(client: PoolClient): Promise<BackupTable[]> {
  const tables = await client.query<BackupTable>(listTables, [migrationTable]);
  const references = await client.query<{ from: string; to: string }>(listReferences);
  return inOrder(tables.rows, references.rows);
}

export async function readSequences(client: PoolClient): Promise<BackupSequence[]> {
  return (await client.query<BackupSequence>(listSequences)).rows;
}

/** Text that every supported PostgreSQL reads back as the same value. */
export const portableText = `
  set local client_encoding to 'UTF8';
  set local datestyle to 'ISO, YMD';
  set local intervalstyle to 'postgres';
  set local timezone to 'UTC';
  set local bytea_output to 'hex'`;

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"table" ("a", "b")`, as COPY takes it. */
export function columnList({ columns }: BackupTable): string {
  return columns.map(quoted).join(', ');
}
