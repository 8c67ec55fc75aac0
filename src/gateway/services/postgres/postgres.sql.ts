// The statements that actions of PostgreSQL are. Names of people's tables come in quoted; all
// else that they say is a value beside the statement.

/** What system schemas hold is not anybody's table. */
const own = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_t'`;

export const schemas = `
  select n.nspname as name, pg_catalog.obj_description(n.oid, 'pg_namespace') as comment,
    (select count(*)::int from pg_catalog.pg_class c
     where c.relnamespace = n.oid and c.relkind in ('r', 'v', 'm', 'f', 'p')) as tables
  from pg_catalog.pg_namespace n
  where ${own} and pg_catalog.has_schema_privilege(n.oid, 'usage')
  order by n.nspname
  limit 1000`;

const kindOf = `case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
    when 'f' then 'foreign table' else 'table' end`;

export const tables = `
  select n.nspname as schema, c.relname as table, ${kindOf} as kind,
    greatest(c.reltuples, 0)::bigint as estimated_rows,
    pg_catalog.obj_description(c.oid, 'pg_class') as comment
  from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'f', 'p') and ${own}
    and ($1::text is null or n.nspname = $1)
  order by n.nspname, c.relname
  offset $3 limit $2`;

const ofTable = `c.oid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', $1::text, $2::text))`;

export const columns = `
  select a.attname as column, pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
    not a.attnotnull as nullable, pg_catalog.pg_get_expr(d.adbin, d.adrelid) as default,
    pg_catalog.col_description(c.oid, a.attnum) as comment,
    exists(select from pg_catalog.pg_constraint p
      where p.conrelid = c.oid and p.contype = 'p' and a.attnum = any(p.conkey)) as primary_key,
    (select pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(p.oid), '; ')
     from pg_catalog.pg_constraint p
     where p.conrelid = c.oid and p.contype in ('f', 'c', 'u')
       and a.attnum = any(p.conkey)) as constraints
  from pg_catalog.pg_class c
    join pg_catalog.pg_attribute a on a.attrelid = c.oid
    left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where ${ofTable} and a.attnum > 0 and not a.attisdropped
  order by a.attnum`;

export const indexes = `
  select i.relname as index, pg_catalog.pg_get_indexdef(i.oid) as definition,
    x.indisunique as unique, x.indisprimary as primary, x.indisvalid as valid,
    pg_catalog.pg_relation_size(i.oid) as bytes
  from pg_catalog.pg_index x
    join pg_catalog.pg_class c on c.oid = x.indrelid
    join pg_catalog.pg_class i on i.oid = x.indexrelid
  where ${ofTable}
  order by i.relname`;

export const stats = `
  select pg_catalog.pg_total_relation_size(c.oid) as total_bytes,
    pg_catalog.pg_table_size(c.oid) as table_bytes,
    pg_catalog.pg_indexes_size(c.oid) as index_bytes,
    greatest(c.reltuples, 0)::bigint as estimated_rows,
    s.n_live_tup as live_rows, s.n_dead_tup as dead_rows, s.seq_scan as sequential_scans,
    s.idx_scan as index_scans, s.last_autovacuum as last_autovacuum,
    s.last_autoanalyze as last_autoanalyze
  from pg_catalog.pg_class c
    left join pg_catalog.pg_stat_all_tables s on s.relid = c.oid
  where ${ofTable}`;

export interface Table {
  schema: string;
  table: string;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const tableName = ({ schema, table }: Table): string => `${quoted(schema)}.${quoted(table)}`;

export const allOf = (table: Table): string => `table ${tableName(table)}`;
export const countOf = (table: Table): string => `select count(*) as rows from ${tableName(table)}`;

/** $1: the rows as JSON; columns that no row names take their defaults. */
export function insertionOf(table: Table, names: readonly string[]): string {
  const list = names.map(quoted).join(', ');
  const rows = `jsonb_populate_recordset(null::${tableName(table)}, $1::jsonb)`;
  return `insert into ${tableName(table)} (${list}) select ${list} from ${rows} returning *`;
}

/** All fields of `r` must be those of the row; null is met by null. */
const matches = (names: readonly string[], wanted: string): string =>
  names
    .map((name) => `pg_target.${quoted(name)} is not distinct from ${wanted}.${quoted(name)}`)
    .join(' and ');

/** $1: the new values, $2: what the rows hold, both as JSON. */
export function updateOf(table: Table, set: readonly string[], where: readonly string[]): string {
  const name = tableName(table);
  const changes = set.map((one) => `${quoted(one)} = n.${quoted(one)}`).join(', ');
  return `update ${name} pg_target set ${changes}
    from jsonb_populate_record(null::${name}, $1::jsonb) n,
      jsonb_populate_record(null::${name}, $2::jsonb) w
    where ${matches(where, 'w')}
    returning pg_target.*`;
}

/** $1: what the rows hold, as JSON. */
export function deletionOf(table: Table, where: readonly string[]): string {
  const name = tableName(table);
  return `delete from ${name} pg_target
    using jsonb_populate_record(null::${name}, $1::jsonb) w
    where ${matches(where, 'w')}`;
}
