// Keeping hooks: saved is in force everywhere, earlier forms stay, what is broken does no harm, and
// trying them sends nothing.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { newId } from '../../base/index.ts';
import { type HookKit, startHooks } from '../../../test/kit/hooks.ts';
import { builtIns } from './builtins.ts';
import type { StoredHook } from './cache.ts';
import { selectHook, selectHooks, updateHook } from './hooks.sql.ts';

const says = (name: string, text: string, more = ''): string =>
  `{ name: ${name}, phase: before, ${more} do: [{ instruct: { text: ${text} } }] }`;

describe('keeping hooks', () => {
  let kit: HookKit;
  let beside: HookKit;
  before(async () => {
    kit = await startHooks();
    beside = await startHooks({ beside: kit });
  });
  after(async () => {
    await beside.stop();
    await kit.stop();
  });

  afterEach(async () => {
    for (const { name, builtIn } of await kit.op('companyHooks.list')) {
      if (!builtIn) await kit.op('companyHooks.remove', { name });
    }
  });

  const notes = async (of = kit) => (await of.hooks.before(of.view())).notes;
  /** Asks until the other process has heard of it. */
  async function until(wanted: string[]): Promise<void> {
    for (let asked = 0; asked < 5000; asked += 1) {
      await beside.op('companyHooks.list');
      if (JSON.stringify(await notes(beside)) === JSON.stringify(wanted)) return;
    }
    assert.deepEqual(await notes(beside), wanted);
  }

  it('C10 a change is live everywhere; bad YAML keeps the last good and says why', async () => {
    assert.deepEqual([await notes(), await notes(beside)], [[], []]);
    await kit.op('companyHooks.create', { source: says('live', 'one') });
    assert.deepEqual(await notes(), ['one']);
    await until(['one']);
    await kit.op('companyHooks.update', { name: 'live', source: says('live', 'two') });
    await until(['two']);
    const bad = await kit.refused('companyHooks.update', {
      name: 'live',
      source: 'name: live\nphase: x',
    });
    const { problems } = bad.details as { problems: object[] };
    assert.deepEqual(problems[0], {
      line: 2,
      column: 8,
      path: 'phase',
      message: 'Invalid option: expected one of "session"|"before"|"after"',
    });
    const three = says('live', 'three');
    const file = `version: 1\nhooks:\n  - ${three}\n  - { name: other, phase: x }\n`;
    assert.match((await kit.refused('companyHooks.import', { file })).message, /line 4/);
    assert.deepEqual([await notes(), await notes(beside)], [['two'], ['two']]);
    await beside.op('companyHooks.setEnabled', { name: 'live', enabled: false });
    assert.deepEqual(await notes(beside), []);
  });

  it('what cannot be read keeps its last good form; a policy without one refuses', async () => {
    const block = '{ name: wall, phase: before, do: [{ block: { message: stop } }] }';
    await kit.op('companyHooks.create', { source: block });
    await kit.op('companyHooks.create', { source: says('soft', 'hello') });
    await assert.rejects(notes(), /wall refuses this call: stop/);
    // As a newer version of the product might have written it.
    for (const name of ['wall', 'soft']) {
      const stored = await kit.database.db.row<StoredHook>(selectHook, ['main', null, name]);
      assert.ok(stored);
      const { id, purpose, secret } = stored;
      await kit.database.db.run(updateHook, [id, name, 'name: [', purpose, true, secret, 'x', 0]);
    }
    await kit.op('companyHooks.create', { source: says('nudge', 'x') });
    await assert.rejects(notes(), /wall refuses this call: stop/);
    const listed = await kit.op('companyHooks.list');
    const problem = listed.find(({ name }: { name: string }) => name === 'wall').problem;
    assert.match(problem, /line 1/);
    const fresh = await startHooks({ beside: kit });
    await assert.rejects(notes(fresh), (error: any) => {
      assert.deepEqual(error.details, { reason_code: 'hook_failed', hook: 'wall' });
      return true;
    });
    await kit.op('companyHooks.update', { name: 'wall', source: says('wall', 'open') });
    assert.deepEqual(
      await notes(),
      ['x', 'hello', 'open'].toSorted((a, b) => order(a) - order(b)),
    );
    await fresh.stop();
  });
  const order = (text: string): number => ['x', 'hello', 'open'].indexOf(text);

  it('versions are kept, secrets are shown once, files are taken whole', async () => {
    const hook = (path: string) =>
      `{ name: v, phase: before, webhook: "https://x.example/${path}" }`;
    const { secret } = await kit.op('companyHooks.create', { source: hook('1') });
    assert.ok(secret.length >= 32);
    const again = await kit.op('companyHooks.update', { name: 'v', source: hook('2') });
    assert.deepEqual(again, { name: 'v', version: 2 });
    const whole = await kit.op('companyHooks.get', { name: 'v' });
    assert.deepEqual(
      whole.versions.map((each: any) => [each.version, each.source, each.updatedBy]),
      [
        [2, hook('2'), 'admin'],
        [1, hook('1'), 'admin'],
      ],
    );
    const rows = await kit.database.db.rows(selectHooks, ['main', null]);
    assert.equal(rows.length, 1);
    assert.ok(!JSON.stringify([whole, rows, kit.logLines]).includes(secret));
    const file = `version: 1\nhooks:\n  - ${hook('3')}\n  - ${says('w', 'hi', 'order: 9,')}\n`;
    assert.deepEqual(await kit.op('companyHooks.import', { file }), [
      { name: 'v', version: 3 },
      { name: 'w', version: 1 },
    ]);
    assert.equal((await kit.op('companyHooks.import', { file }))[0].version, 3, 'as it was');
    const clash = await kit.refused('companyHooks.update', { name: 'w', source: hook('4') });
    assert.equal(clash.code, 'conflict');
    assert.equal(
      (await kit.refused('companyHooks.newSecret', { name: 'w' })).code,
      'invalid_input',
    );
    const builtIn = says('slack_normalize_text', 'x');
    assert.equal((await kit.refused('hooks.create', { source: builtIn })).code, 'conflict');
    await kit.op('companyHooks.remove', { name: 'v' });
    const gone = await kit.refused('companyHooks.get', { name: 'v' });
    assert.equal(gone.code, 'not_found');
  });
  it('belong to their owner and workspace, and are bounded in number', async () => {
    await kit.op('hooks.create', { source: says('mine', 'x') }, 'ann');
    for (const who of ['bob', 'admin'] as const) {
      assert.deepEqual(await kit.op('hooks.list', {}, who), []);
      const error = await kit.refused('hooks.get', { name: 'mine' }, who);
      assert.equal(error.code, 'not_found');
    }
    const elsewhere = { ...kit.view(), workspace: 'other' };
    assert.deepEqual((await kit.hooks.before(elsewhere)).notes, []);
    const nobody = kit.view();
    const system = { ...nobody, subject: { ...nobody.subject, userId: '' } };
    assert.deepEqual((await kit.hooks.before(system)).notes, []);
    const made = await Promise.allSettled(
      Array.from({ length: 55 }, (_, index) =>
        kit.op('hooks.create', { source: says(`n${index}`, 'x') }, 'bob'),
      ),
    );
    assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 50);
    const twice = await Promise.allSettled(
      [1, 2, 3].map(() => kit.op('hooks.create', { source: says('race', 'x') }, 'admin')),
    );
    assert.equal(twice.filter(({ status }) => status === 'fulfilled').length, 1);
    await kit.op('hooks.remove', { name: 'mine' }, 'ann');
    await kit.op('hooks.remove', { name: 'race' });
  });

  it('are tried without anything being sent', async () => {
    const example = { service: 'tracker', action: 'create_issue', params: { summary: 'x' } };
    for (const source of [
      says('note', 'noted', 'order: 1,'),
      '{ name: hook, phase: before, order: 2, webhook: "http://127.0.0.1:1/" }',
      `{ name: other, phase: before, order: 3, when: { field: params.summary, equals: y },
        do: [{ block: { message: no } }] }`,
      `{ name: wall, phase: before, order: 4, when: { field: subject.username, equals: zoe },
        do: [{ block: { message: "no {{params.summary}}" } }] }`,
    ]) {
      await kit.op('companyHooks.create', { source });
    }
    const own = await kit.op('hooks.try', example, 'bob');
    assert.deepEqual(
      own.hooks
        .filter(({ scope }: { scope: string }) => scope === 'company')
        .map(({ hook, decision }: any) => [hook, decision]),
      [
        ['note', 'allow'],
        ['hook', 'not_asked'],
        ['other', 'not_applied'],
        ['wall', 'not_applied'],
      ],
    );
    assert.deepEqual([own.refusal, own.params], [null, { summary: 'x' }]);
    const zoe = { ...example, subject: { username: 'zoe' } };
    const asZoe = await kit.op('companyHooks.try', zoe);
    assert.equal(asZoe.refusal, 'The hook wall refuses this call: no x');
    assert.equal((await kit.refused('companyHooks.try', zoe, 'ann')).code, 'forbidden');
    const draft = { ...example, source: '{ name: d, phase: before, do: [{ inject: { a: 1 } }] }' };
    const drafted = await kit.op('hooks.try', draft, 'ann');
    assert.deepEqual(drafted.params, { summary: 'x', a: 1 });
    assert.equal(drafted.hooks.length, 1);
    assert.deepEqual(await kit.op('hooks.list', {}, 'ann'), []);
  });

  it('that take too long are left, and their time is bounded', async () => {
    const slow = (name: string, verb: string) => `
name: ${name}
phase: after
do:
${`  - ${verb}\n    when: { field: result.*, matches: "x{3}.*[yz]$" }\n`.repeat(20)}`;
    const text = 'x'.repeat(60_000);
    const result = Array.from({ length: 1000 }, (_, index) => `${text}${index}`);
    await kit.op('companyHooks.create', { source: slow('slow', 'instruct: { text: x }') });
    const { decisions } = await kit.hooks.after(kit.view(), result);
    assert.deepEqual([decisions[0]?.hook, decisions[0]?.decision], ['slow', 'failed']);
    const policy = slow('slow', 'block: { message: x }');
    await kit.op('companyHooks.update', { name: 'slow', source: policy });
    await assert.rejects(kit.hooks.after(kit.view(), result), /could not decide/);
  });

  it('the built-in ones do what they say, each for its service, until switched off', async () => {
    const call = (address: string, params: object, more: object = {}) => {
      const [service = '', action = ''] = address.split(' ');
      const tool = `${service}_write_actions`;
      return kit.hooks.before(kit.view({ service, tool, action, params: { ...params }, ...more }));
    };
    assert.equal(
      (await call('google_workspace drive_files_delete', {})).confirm !== undefined,
      true,
    );
    assert.equal((await call('google_workspace docs_create', {})).confirm, undefined);
    const slack = await call('slack post_message', { text: String.raw`a\nb` });
    assert.deepEqual([slack.params, slack.confirm !== undefined], [{ text: 'a\nb' }, true]);
    const delegation = { grantId: newId(), jobId: null };
    assert.equal((await call('slack post_message', {}, { delegation })).confirm, undefined);
    const raw = (tool: string, action: string, path: string) =>
      call(`notion ${action}`, { path }, { tool: `notion_${tool}_actions`, class: tool });
    await raw('read', 'api_get', '/v1/pages/1');
    await raw('read', 'api_post', '/v1/databases/1/query');
    await raw('write', 'api_post', '/v1/pages');
    for (const [tool, action, path] of [
      ['read', 'api_post', '/v1/pages'],
      ['read', 'api_delete', '/v1/blocks/1'],
      ['read', 'api_get', '/v1/../admin'],
      ['write', 'api_post', 'https://evil.example/v1/pages'],
    ] as const) {
      await assert.rejects(
        raw(tool, action, path),
        /notion_api_endpoint_guard/,
        `${action} ${path}`,
      );
    }
    const merge = await call('gitlab create_merge_request', { title: 'Fix' });
    assert.match(merge.warnings.join(), /names a Jira issue/);
    assert.deepEqual(
      (await call('gitlab create_merge_request', { title: 'PAY-1 Fix' })).warnings,
      [],
    );
    await assert.rejects(call('jira transition_issue', {}), /get_transitions/);
    const rows = { rows: Array.from({ length: 500 }, (_, index) => index) };
    const metabase = kit.view({
      service: 'metabase',
      tool: 'metabase_read_actions',
      class: 'read',
    });
    const capped = await kit.hooks.after(metabase, rows);
    assert.equal((capped.result as typeof rows).rows.length, 100);
    const listed = await kit.op('companyHooks.list');
    assert.equal(listed.filter((each: any) => each.builtIn).length, builtIns().length);
    await kit.op('companyHooks.setEnabled', { name: 'metabase_response_size_cap', enabled: false });
    assert.deepEqual((await kit.hooks.after(metabase, rows)).result, rows);
    assert.match(
      (await kit.op('companyHooks.get', { name: 'slack_write_confirmation' })).source,
      /confirm/,
    );
  });
});
