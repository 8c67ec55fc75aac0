// A small Notion of the test's own: pages with properties and blocks, as a database that can be
// queried.
import { type Answered, type Json, pageOf, startUpstream, type Upstream } from './upstream.ts';

export async function startNotion(): Promise<Upstream> {
  const pages = new Map<string, Json>();
  const missing: Answered = [404, { code: 'object_not_found', message: 'Could not find page' }];
  const listed = (items: Json[], { size, from }: { size: unknown; from: unknown }): Answered => {
    const { items: results, next } = pageOf(items, Number(from ?? 0), Number(size));
    const cursor = next === undefined ? null : String(next);
    return [200, { object: 'list', results, next_cursor: cursor, has_more: cursor !== null }];
  };
  const withPage = (id: string | undefined, run: (page: Json) => Answered): Answered => {
    const page = pages.get(id ?? '');
    return page ? run(page) : missing;
  };
  const said = (blocks: Json[]): Json[] =>
    blocks.map((block, index) => ({ id: String(index), has_children: false, ...block }));
  const typed = (properties: Json): Json =>
    Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [
        name,
        { type: Object.keys(value)[0], ...value },
      ]),
    );

  return startUpstream(
    {
      'POST /v1/pages': ({ body }) => {
        const id = String(pages.size + 1).padStart(32, '0');
        const properties = typed(body?.['properties']);
        const blocks = said(body?.['children'] ?? []);
        pages.set(id, { object: 'page', id, archived: false, properties, blocks });
        return [200, { id, url: `https://notion.so/${id}` }];
      },
      'GET /v1/pages/:id': (_, id) => withPage(id, (page) => [200, page]),
      'PATCH /v1/pages/:id': ({ body }, id) =>
        withPage(id, (page) => {
          Object.assign(page['properties'], typed(body?.['properties'] ?? {}));
          page['archived'] = body?.['archived'] ?? page['archived'];
          return [200, page];
        }),
      'GET /v1/blocks/:id/children': ({ url }, id) =>
        withPage(id, ({ blocks }) => {
          const { page_size: size, start_cursor: from } = Object.fromEntries(url.searchParams);
          return listed(blocks, { size, from });
        }),
      'PATCH /v1/blocks/:id/children': ({ body }, id) =>
        withPage(id, (page) => {
          page['blocks'] = said([...page['blocks'], ...(body?.['children'] ?? [])]);
          return [200, { results: page['blocks'] }];
        }),
      'POST /v1/databases/:id/query': ({ body }) =>
        listed([...pages.values()], { size: body?.['page_size'], from: body?.['start_cursor'] }),
    },
    missing,
  );
}
