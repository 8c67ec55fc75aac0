// A small Metabase of the test's own: questions and dashboards that it keeps, and one table.
import { type Answer, type Asked, type Json, startStandIn } from './stand-in.ts';

const cols = [{ name: 'id' }, { name: 'city' }];
const rows = [1, 2, 3].map((id) => [id, `city ${id}`]);
const fine = { status: 'completed', row_count: rows.length, data: { cols, rows } };

export function startMetabase() {
  const kept: Record<'card' | 'dashboard', Json[]> = { card: [], dashboard: [] };

  function item(kind: 'card' | 'dashboard', { method, path, body }: Asked): Answer {
    const all = kept[kind];
    const id = /^\/api\/\w+\/(\d+)/.exec(path)?.[1];
    if (!id) {
      const made = { id: all.length + 1, creator: { common_name: 'Ann Lee' }, ...body };
      all.push(made);
      return [200, made];
    }
    const found = all[Number(id) - 1];
    if (!found) return [404, 'Not found.'];
    if (path.endsWith('/query')) return [202, found['broken'] ? { status: 'failed' } : fine];
    if (method === 'PUT') Object.assign(found, body);
    return [200, found];
  }

  function dataset({ body }: Asked): Answer {
    if (body['native']?.query === 'wrong')
      return [202, { status: 'failed', error: 'near "wrong"' }];
    const limit = body['query']?.limit ?? rows.length;
    return [202, { ...fine, data: { cols, rows: rows.slice(0, limit) } }];
  }

  return startStandIn((asked) => {
    const { path, query } = asked;
    if (path.startsWith('/api/card')) return item('card', asked);
    if (path.startsWith('/api/dashboard')) return item('dashboard', asked);
    if (path === '/api/dataset') return dataset(asked);
    if (path === '/api/collection') return [200, [{ id: 4, name: 'Sales' }]];
    if (path === '/api/database') return [200, { data: [{ id: 1, name: 'shop', engine: 'h2' }] }];
    if (path === '/api/database/1') return [200, { tables: [{ id: 7, name: 'cities' }] }];
    if (path === '/api/table/7/query_metadata')
      return [200, { id: 7, name: 'cities', fields: cols }];
    if (path !== '/api/search') return [404, 'Not found.'];
    const all = kept[query.get('models') as 'card' | 'dashboard'];
    const [from, size] = [Number(query.get('offset')), Number(query.get('limit'))];
    return [200, { total: all.length, data: all.slice(from, from + size) }];
  });
}
