// A small BigQuery of the test's own: datasets, tables and rows that it keeps, and queries of which
// it knows only the first word.
import { type Answer, type Asked, googlePage, type Json, startStandIn } from './stand-in.ts';

const missing: Answer = [404, { error: { code: 404, message: 'Not found' } }];

interface Table {
  schema: Json;
  description?: string;
  rows: Json[];
}

const wire = (rows: readonly Json[], { fields }: Json): Json[] =>
  rows.map((row) => ({ f: fields.map(({ name }: Json) => ({ v: row[name] ?? null })) }));

export function startBigquery() {
  const datasets = new Map<string, Map<string, Table>>();
  const jobs = new Map<string, { table: Table; sql: string }>();

  function tables(asked: Asked, tablesOf: Map<string, Table>): Answer {
    const { method, path, body } = asked;
    const [, id, verb] = /\/tables(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
    if (!id && method === 'POST') {
      const { schema, tableReference, description } = body;
      tablesOf.set(tableReference.tableId, { schema, description, rows: [] });
      return [200, { id: tableReference.tableId, type: 'TABLE' }];
    }
    const references = [...tablesOf.keys()].map((tableId) => ({ tableReference: { tableId } }));
    if (!id) return googlePage(references, asked, 'tables');
    const table = tablesOf.get(id);
    if (!table) return missing;
    if (verb === 'insertAll') {
      table.rows.push(...body['rows'].map(({ json }: Json) => json));
      return [200, {}];
    }
    if (verb === 'data') return [200, { rows: wire(table.rows, table.schema), totalRows: '1' }];
    if (method === 'DELETE') return [tablesOf.delete(id) ? 204 : 404];
    if (method === 'PATCH') table.description = body['description'];
    const { schema, description, rows } = table;
    return [200, { id, schema, description, numRows: String(rows.length) }];
  }

  function page({ query, body }: Asked, jobId: string): Answer {
    const { table } = jobs.get(jobId) ?? {};
    if (!table) return missing;
    const from = Number(query.get('pageToken') ?? 0);
    const size = Number(query.get('maxResults') ?? body['maxResults']);
    const more = from + size < table.rows.length ? { pageToken: String(from + size) } : {};
    const rows = wire(table.rows.slice(from, from + size), table.schema);
    const about = {
      schema: table.schema,
      jobReference: { jobId },
      totalRows: `${table.rows.length}`,
    };
    return [200, { jobComplete: true, rows, ...about, ...more }];
  }

  function queries(asked: Asked): Answer {
    const { method, path, body } = asked;
    const id = /\/(?:queries|jobs)\/([^/]+)/.exec(path)?.[1];
    if (method === 'POST' && path.endsWith('/jobs')) {
      const sql = String(body['configuration'].query.query);
      const statementType = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase();
      return [200, { statistics: { query: { statementType }, totalBytesProcessed: '77' } }];
    }
    if (method === 'POST' && path.endsWith('/queries')) {
      const [, dataset = '', name = ''] = /from (\w+)\.(\w+)/.exec(body['query']) ?? [];
      const table = datasets.get(dataset)?.get(name);
      if (!table) return [400, { error: { message: `Table ${dataset}.${name} is not there` } }];
      jobs.set(`job_${jobs.size + 1}`, { table, sql: body['query'] });
      return page(asked, `job_${jobs.size}`);
    }
    if (path.includes('/queries/')) return page(asked, id ?? '');
    const job = (jobId: string): Json => ({
      jobReference: { jobId },
      status: { state: 'DONE' },
      configuration: { jobType: 'QUERY', query: { query: jobs.get(jobId)?.sql } },
    });
    if (!id) return googlePage([...jobs.keys()].map(job), asked, 'jobs');
    if (!jobs.has(id)) return missing;
    return [200, path.endsWith('/cancel') ? { job: job(id) } : job(id)];
  }

  return startStandIn((asked) => {
    const { method, path, body } = asked;
    if (path === '/projects') return [200, { projects: [{ id: 'acme', friendlyName: 'Acme' }] }];
    if (/\/(?:jobs|queries)\b/.test(path)) return queries(asked);
    const [, id] = /\/datasets(?:\/([^/]+))?/.exec(path) ?? [];
    if (!id && method === 'POST') {
      const { datasetReference, location } = body;
      datasets.set(datasetReference.datasetId, new Map());
      return [200, { id: `acme:${datasetReference.datasetId}`, location }];
    }
    const references = [...datasets.keys()].map((datasetId) => ({
      datasetReference: { datasetId },
    }));
    if (!id) return googlePage(references, asked, 'datasets');
    const found = datasets.get(id);
    if (!found) return missing;
    if (path.includes('/tables')) return tables(asked, found);
    return [200, { datasetReference: { datasetId: id }, location: 'EU' }];
  });
}
