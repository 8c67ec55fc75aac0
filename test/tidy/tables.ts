// SQL stands in `*.sql.ts` and `store/` only, and a folder's SQL names the folder's tables only.
// The statements are read by patterns, not by a parser: comments, texts and `${…}` are blanked
// first, so that every offset still fits the file.
import { excepted } from './exceptions.ts';
import { topFolders } from './floors.ts';
import {
  child,
  memberOf,
  nameOf,
  type Node,
  type Problem,
  problemAt,
  type Rule,
  type SourceFile,
  stringOf,
  topFolder,
  type Tree,
} from './tree.ts';

const migrationName = /^src\/store\/migrations\/(\d{4})_([a-z]+)(?:_[a-z0-9_]+)?\.sql$/;

function blank(text: string, pattern: RegExp): string {
  return text.replace(pattern, (match) => match.replace(/[^\n]/g, ' '));
}

/** SQL without comments and texts, of the same length. */
function bare(sql: string): string {
  return blank(blank(blank(sql, /--[^\n]*/g), /\/\*[\s\S]*?\*\//g), /'(?:[^']|'')*'/g);
}

interface Text {
  sql: string;
  start: number;
}

/** The strings and templates of a file, quotes and expressions blanked. */
function textsOf(file: SourceFile): Text[] {
  return file.nodes().flatMap(({ node, parent }) => {
    const isText = node.type === 'TemplateLiteral' || stringOf(node) !== undefined;
    if (!isText || /^(?:Import|Export)/.test(parent?.node.type ?? '')) return [];
    const inner = file.text.slice(node.start + 1, node.end - 1);
    return [{ sql: blank(inner, /\$\{[^}]*\}/g), start: node.start + 1 }];
  });
}

/** Joins the parts of a pattern that is too long for one line. */
function joined(...parts: readonly string[]): RegExp {
  return new RegExp(parts.join(''), 'gi');
}

const tableWords = joined(
  String.raw`\b(from|join|into|update|table|references|truncate|copy|using|only)\s+`,
  String.raw`(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?([a-z_][\w.]*)(\s*\()?`,
);
const notTables = new RegExp(
  String.raw`^(?:set|skip|of|nowait|select|lateral|stdin|stdout|only|if|no)$` +
    String.raw`|^pg_\w+(?:\.\w+)?$|^information_schema\.\w+$`,
  'i',
);
const commonTable = joined(
  String.raw`(?:\bwith\s+(?:recursive\s+)?|,\s*)([a-z_]\w*)\s*(?:\([^)]*\)\s*)?`,
  String.raw`as\s+(?:(?:not\s+)?materialized\s+)?\(`,
);

/** Names that stand where a table stands, with their offsets. */
function tablesIn(sql: string): { name: string; at: number }[] {
  const common = new Set([...sql.matchAll(commonTable)].map((match) => match[1]));
  return [...sql.matchAll(tableWords)].flatMap((match) => {
    const [whole, word = '', name = '', bracket] = match;
    const before = sql.slice(0, match.index);
    // `for update`, `is distinct from` and `do update` are followed by no table.
    if (/\b(?:for(?:\s+no\s+key)?|distinct|do)\s+$/i.test(before)) return [];
    const isFunction = bracket !== undefined && /^(?:from|join|using|only)$/i.test(word);
    if (isFunction || notTables.test(name) || common.has(name)) return [];
    return [{ name, at: match.index + whole.indexOf(name, word.length) }];
  });
}

const creation = joined(
  String.raw`\b(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:unlogged\s+)?(?:unique\s+)?`,
  String.raw`(?:materialized\s+)?(?:table|function|procedure|view|type|domain|sequence|index|`,
  String.raw`trigger)\s+(?:concurrently\s+)?(?:if\s+(?:not\s+)?exists\s+)?([a-z_]\w*)`,
);
/** A column of a migration that keeps a time in another way than the house does. */
const timeColumn = joined(
  String.raw`^\s*(?:add\s+column\s+)?\w+\s+(?:timestamp|timestamptz|date)\b`,
  String.raw`|^\s*(?:add\s+column\s+)?\w+_at\s+(?:int|integer|int4|numeric|text|real)\b`,
);

interface Created {
  name: string;
  owner: string;
}

function createdIn(tree: Tree): Created[] {
  return tree.files.flatMap((file) => {
    const owner = migrationName.exec(file.path)?.[2];
    if (owner === undefined) return [];
    const names = [...bare(file.text).matchAll(creation)].map((match) => match[1] ?? '');
    return names.map((name) => ({ name, owner }));
  });
}

function checkMigration(file: SourceFile): Problem[] {
  const owner = migrationName.exec(file.path)?.[2];
  if (owner === undefined || !topFolders.includes(owner)) {
    return [problemAt(file, 0, 'is misnamed: a migration is NNNN_<folder>_<what>.sql')];
  }
  const sql = bare(file.text);
  const foreign = (name: string): boolean => !name.startsWith(`${owner}_`);
  const created = [...sql.matchAll(creation)].filter((match) => foreign(match[1] ?? ''));
  const named = tablesIn(sql).filter(({ name }) => foreign(name));
  const times = sql
    .split('\n')
    .flatMap((text, index) => (text.match(timeColumn) ? [{ line: index + 1 }] : []));
  const places = new Set([...created.map((match) => match.index), ...named.map(({ at }) => at)]);
  return [
    ...[...places].map((at) =>
      problemAt(file, at, `names something that does not begin with ${owner}_`),
    ),
    ...times.map(({ line }) => ({
      path: file.path,
      line,
      sentence: 'keeps a time: use a bigint column `…_at`',
    })),
  ].filter(
    (problem, index, all) => all.findIndex((other) => other.line === problem.line) === index,
  );
}

function checkNumbers(tree: Tree): Problem[] {
  const numbers = new Map<string, string>();
  return tree.files.flatMap((file) => {
    const number = migrationName.exec(file.path)?.[1];
    if (number === undefined) return [];
    const first = numbers.get(number);
    numbers.set(number, first ?? file.path);
    return first === undefined ? [] : [problemAt(file, 0, `has the number of ${first}`)];
  });
}

const allColumns = /\bselect\s+(?:\w+\.)?\*(?:\s+from\s+(\w+)(\s*\()?)?/gi;

/** Statements of a folder: own tables only, explicit columns. */
function checkStatements(file: SourceFile, top: string): Problem[] {
  return textsOf(file).flatMap(({ sql, start }) => {
    if (!looksLikeSql(sql)) return [];
    const plain = bare(sql);
    const tables = tablesIn(plain).filter(({ name }) => !name.startsWith(`${top}_`));
    const common = new Set([...plain.matchAll(commonTable)].map((match) => match[1]));
    // What a function or an earlier part of the statement returns has its columns listed there.
    const stars = [...plain.matchAll(allColumns)].filter(
      ([, source, bracket]) => bracket === undefined && !common.has(source),
    );
    return [
      ...tables.map(({ name, at }) =>
        problemAt(file, start + at, `names ${name}: SQL of ${top} names ${top}_… only`),
      ),
      ...stars.map((match) => problemAt(file, start + match.index, 'selects *: name the columns')),
    ];
  });
}

/** A known table, function or index of another folder, named anywhere in code. */
function checkForeign(file: SourceFile, created: readonly Created[]): Problem[] {
  const top = topFolder(file.path);
  const others = created.filter(({ owner }) => owner !== top);
  return textsOf(file).flatMap(({ sql, start }) =>
    others.flatMap(({ name, owner }) => {
      const at = sql.search(new RegExp(`\\b${name}\\b`));
      if (at === -1) return [];
      return [problemAt(file, start + at, `names ${name}, which belongs to ${owner}`)];
    }),
  );
}

const sqlStarts = [
  /^\s*select\s+(?:distinct\s+)?[\w.*"$]+(?:\([^)]*\))?(?:\s+as\s+\w+)?\s*(?:,|\bfrom\b)/,
  /^\s*select\s+(?:\d+|\w+\([^)]*\))\s*;?\s*$/,
  /^\s*insert\s+into\s+[\w."]+/,
  /^\s*update\s+[\w."]+\s+(?:as\s+\w+\s+)?set\b/,
  /^\s*delete\s+from\s+[\w."]+/,
  /^\s*(?:create|alter|drop)\s+(?:unique\s+|temp\w*\s+|unlogged\s+)?(?:table|index|function)\s/,
  /^\s*(?:create|alter|drop)\s+(?:database|role|schema)\s/,
  /^\s*with\s+(?:recursive\s+)?\w+\s*(?:\([^)]*\)\s*)?as\s+(?:(?:not\s+)?materialized\s+)?\(/,
  /^\s*(?:truncate|lock)\s+table\b/,
  /^\s*(?:begin|commit|rollback)(?:\s+transaction\b.*|\s+isolation\b.*|\s*;)\s*$/,
  /\bfor\s+(?:no\s+key\s+)?(?:update|share)(?:\s+skip\s+locked|\s+nowait)\b/,
  /\bon\s+conflict\b[\s\S]*\bdo\s+(?:nothing|update)\b/,
];

/** Keywords are all small or all capital in SQL; a sentence begins with one capital letter. */
function looksLikeSql(text: string): boolean {
  const words = text.replace(/\b[A-Z]{2,}\b/g, (word) => word.toLowerCase());
  return sqlStarts.some((pattern) => pattern.test(words));
}

const builderCalls = new Set([
  'selectFrom',
  'insertInto',
  'updateTable',
  'deleteFrom',
  'replaceInto',
  'mergeInto',
  'kysely',
]);

function buildsSql(node: Node): boolean {
  if (node.type === 'TaggedTemplateExpression') {
    const tag = child(node, 'tag');
    return nameOf(tag) === 'sql' || memberOf(tag)?.startsWith('sql.') === true;
  }
  if (node.type !== 'CallExpression') return false;
  const callee = child(node, 'callee');
  if (nameOf(callee) === 'statement') return true;
  return (
    callee?.type === 'MemberExpression' && builderCalls.has(nameOf(child(callee, 'property')) ?? '')
  );
}

function checkHome(file: SourceFile): Problem[] {
  const sentence = 'holds SQL: statements stand in *.sql.ts';
  const texts = textsOf(file).filter(({ sql }) => looksLikeSql(sql));
  const built = file.nodes().filter(({ node }) => buildsSql(node));
  return [...texts.map(({ start }) => start - 1), ...built.map(({ node }) => node.start)].map(
    (offset) => problemAt(file, offset, sentence),
  );
}

function checkTables(tree: Tree): Problem[] {
  const created = createdIn(tree);
  return tree.files.flatMap((file) => {
    if (/^src\/.*\.sql$/.test(file.path)) return checkMigration(file);
    const top = topFolder(file.path);
    if (top === undefined || !file.path.endsWith('.ts')) return [];
    const foreign = checkForeign(file, created);
    if (file.path.endsWith('.sql.ts')) return [...checkStatements(file, top), ...foreign];
    const free = top === 'store' || excepted('SQL', file.path);
    return free ? foreign : [...checkHome(file), ...foreign];
  });
}

const migration = 'src/store/migrations/0001_engine.sql';

export const tableRules: readonly Rule[] = [
  {
    name: 'SQL stands in *.sql.ts and store, and names its own folder’s tables only',
    check: checkTables,
    examples: [
      {
        says: 'foreign tables in a statement, by keyword and by known name',
        files: {
          [migration]: 'create table engine_job (id uuid, done_at bigint);',
          'src/identity/a.sql.ts':
            'const a = `with mine as (select id from identity_user)\n' +
            '  select mine.id\n  from mine\n  join engine_job on true`;',
          'src/engine/a.sql.ts': "const a = 'update engine_job set id = $1 where id = any ($2)';",
          'src/people/a.ts': "table('engine_job');",
        },
        expect: [
          'src/identity/a.sql.ts:4: names engine_job: SQL of identity names identity_… only',
          'src/identity/a.sql.ts:4: names engine_job, which belongs to engine',
          'src/people/a.ts:1: names engine_job, which belongs to engine',
        ],
      },
      {
        says: 'a migration: names, foreign keys, times, its own name',
        files: {
          [migration]:
            'create table jobs (id uuid);\n' +
            'create table engine_a (\n  id uuid references identity_user,\n' +
            '  made_at timestamptz\n);',
          'src/store/migrations/2_engine.sql': '',
        },
        expect: [
          `${migration}:1: names something that does not begin with engine_`,
          `${migration}:3: names something that does not begin with engine_`,
          `${migration}:4: keeps a time: use a bigint column \`…_at\``,
          'src/store/migrations/2_engine.sql:1: is misnamed: a migration is ' +
            'NNNN_<folder>_<what>.sql',
        ],
      },
      {
        says: 'SQL in other files, written or built; sentences are none',
        files: {
          'src/engine/a.ts': [
            "const a = 'select id, name from engine_job where id = $1';",
            'const b = `\n  insert into engine_job (id)\n  values ($1)`;',
            "db.selectFrom('engine_job').execute();",
            "statement('job.claim', text);",
            "const c = 'Select the workspace from the list.';",
            "const d = 'with care as a rule, update the token';",
            "const e = 'update the script and set its path';",
            "const f = 'BEGIN;';",
          ].join('\n'),
          'src/store/a.ts': "const a = 'select 1, 2';",
        },
        expect: [1, 2, 5, 6, 10].map(
          (at) => `src/engine/a.ts:${at}: holds SQL: statements stand in *.sql.ts`,
        ),
      },
      {
        says: 'all columns at once',
        files: {
          'src/engine/a.sql.ts': [
            "const a = 'select * from engine_job';",
            "const b = 'with a as (select * from unnest ($1) as a (id)) select * from a';",
          ].join('\n'),
        },
        expect: ['src/engine/a.sql.ts:1: selects *: name the columns'],
      },
    ],
  },
  {
    name: 'migrations have numbers of their own',
    check: checkNumbers,
    examples: [
      {
        says: 'two with one number',
        files: { [migration]: '', 'src/store/migrations/0001_identity.sql': '' },
        expect: [`src/store/migrations/0001_identity.sql:1: has the number of ${migration}`],
      },
    ],
  },
];
