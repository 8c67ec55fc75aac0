// A small GitHub of the test's own: one repository, acme/billing, with issues and files.
import { type Answered, type Json, pageOf, startUpstream, type Upstream } from './upstream.ts';

const repo = '/repos/acme/billing';
const sha = (seed: number): string => String(seed).padStart(40, '0');

export async function startGitHub(): Promise<Upstream> {
  const issues: Json[] = [];
  const files = new Map<string, Json>();
  const branches = new Set(['main', 'feature/one']);
  const missing: Answered = [404, { message: 'Not Found' }];
  const pages = (url: URL, list: readonly Json[]): Json[] => {
    const size = Number(url.searchParams.get('per_page'));
    return pageOf(list, (Number(url.searchParams.get('page') ?? 1) - 1) * size, size).items;
  };
  const withIssue = (number: string | undefined, run: (issue: Json) => Answered): Answered => {
    const issue = issues[Number(number) - 1];
    return issue ? run(issue) : missing;
  };

  return startUpstream(
    {
      [`POST ${repo}/issues`]: ({ body }) => {
        const number = issues.length + 1;
        const labels = (body?.['labels'] ?? []).map((name: string) => ({ name }));
        const issue = { number, state: 'open', user: { login: 'ann' }, ...body, labels };
        issues.push(issue);
        return [201, issue];
      },
      [`GET ${repo}/issues`]: ({ url }) => [200, pages(url, issues)],
      [`GET ${repo}/issues/:number`]: (_, number) => withIssue(number, (issue) => [200, issue]),
      [`PATCH ${repo}/issues/:number`]: ({ body }, number) =>
        withIssue(number, (issue) => [200, Object.assign(issue, body)]),
      [`GET ${repo}/contents/(.+)`]: (_, path = '') => {
        const file = files.get(path);
        return file ? [200, file] : missing;
      },
      [`PUT ${repo}/contents/(.+)`]: ({ body }, path = '') => {
        const known = files.get(path);
        if (known && known['sha'] !== body?.['sha']) return [409, { message: 'sha differs' }];
        const file = { path, sha: sha(files.size + 1), encoding: 'base64', ...known };
        const content = body?.['content'];
        files.set(path, { ...file, content, size: content.length });
        return [200, { content: file, commit: { sha: sha(99) } }];
      },
      [`DELETE ${repo}/git/refs/:ref`]: (_, ref = '') =>
        branches.delete(ref.replace('heads/', '')) ? [204] : missing,
    },
    missing,
  );
}
