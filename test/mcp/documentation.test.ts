// The documentation as tools, as REST and as pages: answered by the server alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import type { Loose } from './kit.ts';
import { type Model, modelAt } from './model.ts';

describe('documentation', () => {
  let server: TestServer;
  let call: Model['call'];
  before(async () => {
    server = await startTestServer();
    ({ call } = modelAt(server, await server.tokenWith(['mcp:all'])));
  });
  after(() => server?.stop());

  test('a question is answered with passages and their addresses', async () => {
    const { content, structuredContent } = await call('queryDocumentation', {
      query: 'How do I let a person approve a step of a flow?',
    });
    const [best] = structuredContent.passages;
    const urls: string[] = structuredContent.passages.map(({ url }: Loose) => url);
    assert.ok(
      urls.some((url) => /\/docs\/how-to\/(approvals|flows)/.test(url)),
      urls.join('\n'),
    );
    assert.ok(best.url.startsWith(server.origin));
    assert.ok(content[0].text.includes(`Source: ${best.url}`));
    assert.ok(content[0].text.toLowerCase().includes('approv'));
  });

  test('words that are nowhere say what to try instead', async () => {
    const { content, structuredContent, isError } = await call('queryDocumentation', {
      query: 'xylophone zebra',
    });
    assert.notEqual(isError, true);
    assert.deepEqual(structuredContent.passages, []);
    assert.match(content[0].text, /readDocsPage/);
  });

  test('a section that was found can be read, by its address and by its heading', async () => {
    const found = await call('searchDocs', { query: 'token in the address scopes' });
    const { results } = found.structuredContent;
    assert.ok(results.length > 1);
    assert.ok(results.every(({ snippets }: Loose) => snippets[0].length > 0));
    for (const { url } of results) {
      const { content, isError } = await call('readDocsPage', { url });
      assert.notEqual(isError, true, url);
      assert.ok(content[0].text.includes('Source: '), url);
    }
    const page = await call('readDocsPage', { url: 'how-to/flows.md' });
    assert.match(page.content[0].text, /^# Flows/);
    const steps = await call('readDocsPage', { url: 'docs/how-to/flows', section: 'Steps' });
    assert.match(steps.content[0].text, /^## Steps/);
    assert.ok(steps.content[0].text.length < page.content[0].text.length);
  });

  test('pages and sections that are not there are named with those that are', async () => {
    for (const url of ['how-to/flow', '../package.json', '/etc/passwd', 'docs/../../README']) {
      const { isError, structuredContent } = await call('readDocsPage', { url });
      assert.equal(isError, true, url);
      assert.equal(structuredContent.error.code, 'not_found', url);
      assert.match(structuredContent.error.hint, /how-to\/flows/, url);
    }
    const none = await call('readDocsPage', { url: 'how-to/flows', section: 'Zebras' });
    assert.match(none.structuredContent.error.hint, /Steps/);
  });

  test('REST answers as Windmill does, to those who are logged in', async () => {
    const search = await server.fetch('/api/docs/search?query=schedules');
    assert.equal(search.status, 200);
    const { text, results } = (await search.json()) as Loose;
    assert.ok(text.includes(results[0].url) && results[0].snippets.length === 1);
    const page = await server.fetch(`/api/docs/page?url=${encodeURIComponent(results[0].url)}`);
    const read = (await page.json()) as Loose;
    assert.equal(read.source_url, results[0].url);
    assert.equal((await server.fetch('/api/docs/search?query=x', { token: null })).status, 401);
    const empty = await server.fetch('/api/docs/search');
    assert.equal(empty.status, 400);
  });

  test('the addresses open in a browser: after log-in, as text', async () => {
    const url = '/docs/how-to/flows';
    const away = await server.fetch(url, { redirect: 'manual', token: null });
    assert.equal(away.status, 303);
    const page = await server.fetch(url);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(await page.text(), /^# Flows/);
    assert.equal((await server.fetch('/docs/none', { token: server.token })).status, 404);
  });

  test('what servers log is for those who run them', async () => {
    const logs = await call('listWorkerLogs', { limit: 5 });
    assert.notEqual(logs.isError, true);
    assert.ok(logs.structuredContent.result.length <= 5);
  });
});
