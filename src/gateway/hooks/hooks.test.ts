// Hooks as the gateway asks them: what binds, what only warns, what nobody can change, and that a
// change is in force at once.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AppError } from '../../base/index.ts';
import { type HookKit, startHooks, type Who } from '../../../test/kit/hooks.ts';
import type { HookView } from './index.ts';

const noDueDate = (name: string, more = ''): string => `
name: ${name}
phase: before
match: { tool_name: tracker_write_actions, action: create_* }
${more}
do:
  - validate:
      that: { field: params.due, exists: true }
      message: "{{params.summary}} has no due date."
`;

describe('hooks', () => {
  let kit: HookKit;
  before(async () => {
    kit = await startHooks();
  });
  after(() => kit.stop());

  const asked = (more?: Partial<HookView>, who?: Who) => kit.hooks.before(kit.view(more, who));
  async function denied(work: Promise<unknown>): Promise<AppError> {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof AppError, `it passed: ${String(error)}`);
    return error;
  }
  const company = (source: string) => kit.op('companyHooks.create', { source });
  const drop = (name: string) => kit.op('companyHooks.remove', { name });

  it('C04 of the company block; the same rule as a personal one only warns', async () => {
    await kit.op('hooks.create', { source: noDueDate('due') }, 'ann');
    const warned = await asked();
    assert.deepEqual(warned.warnings, ['due: Pay later has no due date.']);
    assert.deepEqual(
      warned.decisions.map(({ hook, scope, decision }) => [hook, scope, decision]),
      [['due', 'personal', 'warn']],
    );
    // Whose it is not, hears nothing of it.
    assert.deepEqual((await asked({}, 'bob')).warnings, []);
    await company(noDueDate('due'));
    const error = await denied(asked({}, 'bob'));
    assert.equal(error.code, 'forbidden');
    assert.deepEqual(error.details, { reason_code: 'hook_denied', hook: 'due' });
    assert.equal(error.message, 'The hook due refuses this call: Pay later has no due date.');
    assert.equal((await asked({ params: { due: 'now' } }, 'bob')).decisions.length, 1);
    // What the hook is not for.
    for (const other of [{ action: 'add_comment' }, { tool: 'tracker_read_actions' }]) {
      assert.deepEqual((await asked(other, 'bob')).decisions, []);
    }
    await drop('due');
    await kit.op('hooks.remove', { name: 'due' }, 'ann');
  });

  it('C06 of a person cannot loosen those of the company', async () => {
    await company(noDueDate('due'));
    await company(`
name: keep-project
phase: before
order: -1000
do:
  - validate:
      that: { field: params.project, not_equals: SECRET }
      message: SECRET is closed.
`);
    // The personal one runs first, so what it makes of the call is what the company judges.
    await kit.op(
      'hooks.create',
      {
        source: `
name: to-secret
phase: before
order: 1000
do:
  - transform: { field: params.project, set: SECRET }
  - inject: { due: tomorrow }
`,
      },
      'ann',
    );
    assert.match((await denied(asked())).message, /keep-project .* SECRET is closed/);
    assert.match((await denied(asked({}, 'bob'))).message, /no due date/);
    await kit.op('hooks.setEnabled', { name: 'to-secret', enabled: false }, 'ann');
    assert.match((await denied(asked())).message, /no due date/);
    for (const name of ['due', 'keep-project']) {
      for (const [verb, input] of [
        ['remove', { name }],
        ['setEnabled', { name, enabled: false }],
        ['update', { name, source: noDueDate(name) }],
        ['list', {}],
      ] as const) {
        const error = await kit.refused(`companyHooks.${verb}`, input, 'ann');
        assert.equal(error.code, 'forbidden', verb);
      }
      // A personal name that is the company's is another hook.
      assert.equal((await kit.refused('hooks.remove', { name }, 'ann')).code, 'not_found');
    }
    assert.match((await denied(asked())).message, /no due date/);
    for (const name of ['due', 'keep-project']) await drop(name);
    await kit.op('hooks.remove', { name: 'to-secret' }, 'ann');
  });

  it('change neither service, action, identity nor what a person agreed to', async () => {
    const names = ['action', 'service', 'confirmed', 'force', 'dry_run', 'subject', 'actor'];
    for (const name of [...names, '__proto__', 'constructor']) {
      for (const verb of [
        `inject: { "${name}": x }`,
        `transform: { field: "params.${name}", set: x }`,
      ]) {
        const source = `{ name: sly, phase: before, do: [{ ${verb} }] }`;
        for (const feature of ['hooks', 'companyHooks']) {
          const error = await kit.refused(`${feature}.create`, { source });
          assert.equal(error.code, 'invalid_input', `${feature} ${verb}`);
        }
      }
    }
    for (const verb of ['script: f/x/y', 'webhook: "https://example.com"', notify]) {
      const source = `{ name: sly, phase: before, ${verb} }`;
      const error = await kit.refused('hooks.create', { source }, 'ann');
      assert.equal(error.code, 'forbidden', verb);
      assert.match(error.message, /personal hook/);
    }
  });
  const notify = 'do: [{ notify: { message: x, url: "https://example.com" } }]';

  it('inject, transform, ask, instruct and warn, each after the one before', async () => {
    const sources = [
      `{ name: labels, phase: before, order: 1, do: [
        { inject: { labels: [ai, "{{subject.username}}"], fields: { team: core, size: 1 } } }] }`,
      `{ name: shape, phase: before, order: 2, do: [
        { transform: { field: params.summary, trim: true } },
        { transform: { field: params.summary, replace: { pattern: "(?i)todo:? *", with: "" } } },
        { transform: { field: params.labels.*, upper: true } },
        { transform: { field: params.secret, remove: true } },
        { transform: { field: params.fields.size, set: "{{params.fields.team}}" } }] }`,
      `{ name: ask, phase: before, order: 3, do: [
        { confirm: { message: "{{params.labels}}" },
          when: { field: params.labels, contains: ANN } },
        { instruct: { text: "Say {{params.summary}}." } }] }`,
    ];
    for (const source of sources) await company(source);
    const params = { summary: ' ToDo: pay ', labels: ['ai', 'x'], fields: { size: 2 }, secret: 1 };
    const given = structuredClone(params);
    const outcome = await asked({ params });
    assert.deepEqual(outcome.params, {
      summary: 'pay',
      labels: ['AI', 'X', 'ANN'],
      fields: { size: 'core', team: 'core' },
    });
    assert.deepEqual(params, given, 'what came in is left as it is');
    assert.equal(outcome.confirm, '["AI","X","ANN"]');
    assert.deepEqual(outcome.notes, ['Say pay.']);
    assert.deepEqual(
      outcome.decisions.map(({ hook, decision }) => `${hook} ${decision}`),
      ['labels modify', 'shape modify', 'ask confirm'],
    );
    for (const name of ['labels', 'shape', 'ask']) await drop(name);
    const untouched = kit.view();
    assert.equal((await kit.hooks.before(untouched)).params, untouched.params);
  });

  it('see who calls, what and when', async () => {
    const table: [string, Partial<HookView>, boolean][] = [
      ['{ field: subject.role, equals: developer }', {}, true],
      ['{ field: subject.groups, contains: anns }', {}, true],
      ['{ field: subject.groups, contains: bobs }', {}, false],
      ['{ field: subject.groups.*, in: [bobs, anns] }', {}, true],
      ['{ field: delegated, equals: true }', {}, false],
      ['{ field: delegated, equals: true }', { delegation: { grantId: 'g', jobId: null } }, true],
      ['{ field: actor, matches: "^flow " }', { actor: 'flow f/x' }, true],
      ['{ field: class, in: [write, high_risk] }', {}, true],
      ['{ field: params.n, gt: 2, lte: 3 }', { params: { n: 3 } }, true],
      ['{ field: params.n, gt: 2, lte: 3 }', { params: { n: 4 } }, false],
      ['{ field: params.n, gt: 2 }', { params: { n: 'many' } }, false],
      [
        '{ field: params.list.*.id, equals: 2 }',
        { params: { list: [{ id: 1 }, { id: 2 }] } },
        true,
      ],
      ['{ field: params.list, longer_than: 1 }', { params: { list: [1] } }, false],
      ['{ field: params.toString, exists: true }', {}, false],
      ['{ field: params.absent, not_equals: x }', {}, true],
      [
        '{ any: [{ field: service, equals: x }, { not: { field: service, equals: x } }] }',
        {},
        true,
      ],
      [
        '{ time: { weekdays: [mon], from: "09:00", to: "17:00", timezone: Europe/Berlin } }',
        {},
        true,
      ],
      [
        '{ time: { weekdays: [mon], from: "09:00", to: "17:00", timezone: Asia/Tokyo } }',
        {},
        false,
      ],
      ['{ time: { from: "22:00", to: "11:00", timezone: Europe/Berlin } }', {}, true],
    ];
    // Monday, 10:30 in Berlin, 18:30 in Tokyo.
    kit.clock.pass(Date.UTC(2030, 0, 7, 9, 30) - kit.clock.now());
    for (const [when, more, holds] of table) {
      await company(
        `{ name: seen, phase: before, when: ${when}, do: [{ instruct: { text: y } }] }`,
      );
      const { notes } = await asked(more);
      assert.deepEqual(notes, holds ? ['y'] : [], when);
      await drop('seen');
    }
  });

  it('work on answers, chain calls and withhold what nobody should see', async () => {
    await company(`
name: shorten
phase: after
order: 1
do:
  - transform: { field: result, cap_items: 2 }
  - transform: { field: result.items.*.key, lower: true }
  - chain:
      service: chat
      action: post_message
      params: { text: "Made {{result.items.0.key}}", count: "{{result.total}}" }
`);
    const result = { items: [{ key: 'A' }, { key: 'B' }, { key: 'C' }], total: 3 };
    const outcome = await kit.hooks.after(kit.view(), result);
    assert.deepEqual(outcome.result, { items: [{ key: 'a' }, { key: 'b' }], total: 3 });
    assert.match(outcome.notes.join(), /list of 3 was cut to the first 2/);
    assert.deepEqual(outcome.followUps, [
      {
        hook: 'shorten',
        service: 'chat',
        action: 'post_message',
        params: { text: 'Made a', count: 3 },
      },
    ]);
    await company(
      `{ name: closed, phase: after, do: [
        { block: { message: it is closed }, when: { field: result.total, gt: 2 } }] }`,
    );
    const error = await denied(kit.hooks.after(kit.view(), result));
    assert.match(error.message, /was made, but the hook closed withholds its answer: it is closed/);
    for (const name of ['shorten', 'closed']) await drop(name);
  });

  it('tell each session about the services that it has', async () => {
    const text = (name: string, more: string) => `{ name: ${name}, phase: session, ${more} }`;
    await company(text('all', 'text: Be brief.'));
    await company(text('tracker', 'match: { service: track* }, text: Use PAY.'));
    await company(
      text('boss', 'when: { field: subject.role, equals: admin }, text: You are boss.'),
    );
    await kit.op('hooks.create', { source: text('mine', 'text: I am Ann.') }, 'ann');
    const hints = (who: Who, services: string[]) =>
      kit.hooks.sessionHints({ workspace: 'main', subject: kit.view({}, who).subject, services });
    assert.deepEqual(await hints('ann', ['tracker']), ['Be brief.', 'Use PAY.', 'I am Ann.']);
    assert.deepEqual(await hints('bob', ['chat']), ['Be brief.']);
    assert.deepEqual(await hints('admin', []), ['Be brief.', 'You are boss.']);
  });

  it('on trial say what they would do, and do nothing', async () => {
    await company(noDueDate('trial', 'mode: permissive'));
    assert.deepEqual((await asked()).warnings, [
      'On trial, the hook trial would refuse this: Pay later has no due date.',
    ]);
    await kit.op('companyHooks.update', {
      name: 'trial',
      source: noDueDate('trial', 'mode: disabled'),
    });
    assert.deepEqual((await asked()).decisions, []);
    await drop('trial');
  });
});
