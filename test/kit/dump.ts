// Everything that some tables hold, as one text: to look for what must not be in there.
import pg from 'pg';

/** All rows of the tables whose names begin with `prefix` (a table of our own), as JSON. */
export async function dumpOf(
  url: string,
  prefix: string,
): Promise<{ text: string; rows: number; tables: string[] }> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows: found } = await client.query<{ name: string }>(
      `select table_name as name
       from information_schema.tables
       where table_schema = 'public'
         and starts_with(table_name, $1)`,
      [prefix],
    );
    const tables = found.map(({ name }) => name);
    let text = '';
    let count = 0;
    for (const table of tables) {
      const { rows } = await client.query(`select to_jsonb(kept)::text as row from ${table} kept`);
      count += rows.length;
      text += `${table} ${rows.map(({ row }) => row).join('\n')}\n`;
    }
    return { text, rows: count, tables };
  } finally {
    await client.end();
  }
}
