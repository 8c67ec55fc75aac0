// A small GitLab of the test's own: one project, acme/billing, with issues and merge requests.
import { type Answered, type Json, pageOf, startUpstream, type Upstream } from './upstream.ts';

const project = '/api/v4/projects/acme%2Fbilling';

export async function startGitLab(): Promise<Upstream> {
  const issues: Json[] = [];
  const merges: Json[] = [];
  const missing: Answered = [404, { message: '404 Project Not Found' }];
  const author = { username: 'ann', name: 'Ann Lee' };
  const pages = (url: URL, list: readonly Json[]): Json[] => {
    const size = Number(url.searchParams.get('per_page'));
    return pageOf(list, (Number(url.searchParams.get('page') ?? 1) - 1) * size, size).items;
  };
  const made = (list: Json[], body: Json | null): Answered => {
    const one = { iid: list.length + 1, state: 'opened', author, ...body };
    list.push(one);
    return [201, one];
  };
  const one = (list: Json[], iid: string | undefined, change?: Json | null): Answered => {
    const found = list.find((each) => String(each['iid']) === iid);
    return found ? [200, Object.assign(found, change)] : missing;
  };

  return startUpstream(
    {
      [`POST ${project}/issues`]: ({ body }) => made(issues, body),
      [`GET ${project}/issues`]: ({ url }) => [200, pages(url, issues)],
      [`GET ${project}/issues/:iid`]: (_, iid) => one(issues, iid),
      [`PUT ${project}/issues/:iid`]: ({ body }, iid) => one(issues, iid, body),
      [`DELETE ${project}/issues/:iid`]: (_, iid) => {
        const at = issues.findIndex((each) => String(each['iid']) === iid);
        return at >= 0 && issues.splice(at, 1) ? [204] : missing;
      },
      [`POST ${project}/merge_requests`]: ({ body }) => made(merges, body),
      [`GET ${project}/merge_requests`]: ({ url }) => [200, pages(url, merges)],
      [`PUT ${project}/merge_requests/:iid/merge`]: (_, iid) =>
        one(merges, iid, { state: 'merged' }),
      [`GET ${project}/repository/files/:path`]: (_, path) => [
        200,
        { file_path: path, content: Buffer.from('package main').toString('base64') },
      ],
    },
    missing,
  );
}
