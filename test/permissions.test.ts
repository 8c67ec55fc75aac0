// Who may do what with which item, through a whole server: a literal table of caller kind × item ×
// verb. Everybody has an item of their own kind in one folder, so that nobody's answer depends on
// what another has done before.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './kit/server.ts';

const callers = [
  'admin',
  'writer',
  'reader',
  'granted', // no right in the folder, but on the item
  'operator',
  'outsider',
  'readOnly', // a token of the writer that only reads
  'scoped', // a token of the writer for other things
  'job', // what the reader's job may
  'stranger', // signed in, no member of the workspace
  'nobody',
] as const;
type Who = (typeof callers)[number];

type Answer = 'yes' | 'no' | 'hidden' | 'unknown';
const said: Record<string, Answer> = {
  forbidden: 'no',
  insufficient_scope: 'no',
  not_found: 'hidden',
  unauthenticated: 'unknown',
};

/** In the order of `callers`. */
const may = {
  read: 'yes yes yes yes yes hidden yes no yes no unknown',
  // Of those who may not change it, only those who see it learn that it is there.
  change: 'yes yes no no no hidden no no no no unknown',
  // Versions of a script go for good; Windmill leaves that to admins.
  purge: 'yes no no no no hidden no no no no unknown',
  run: 'yes yes yes yes yes hidden no no yes no unknown',
  secret: 'yes yes yes yes no hidden yes no yes no unknown',
  add: 'yes yes no hidden no hidden no no no no unknown',
} as const;

const flow = { value: { modules: [{ id: 'a', value: { type: 'identity' } }] } };
const code = { language: 'bun', content: 'export const main = () => 1' };
const cron = { schedule: '0 0 0 1 1 *', timezone: 'UTC' };
const app = { value: { grid: [], hiddenInlineScripts: [] }, summary: '' };

/** Item, what creates it (in this order), and its verbs with who may. */
const items: [string, object, [string, object, keyof typeof may][]][] = [
  [
    'scripts',
    code,
    [
      ['scripts.get', {}, 'read'],
      ['scripts.history', {}, 'read'],
      ['jobs.run', {}, 'run'],
      ['scripts.create', { ...code, summary: 'changed', autoParent: true }, 'change'],
      ['scripts.archive', {}, 'change'],
      ['scripts.delete', {}, 'purge'],
    ],
  ],
  [
    'flows',
    flow,
    [
      ['flows.get', {}, 'read'],
      ['flows.history', {}, 'read'],
      ['jobs.runFlow', {}, 'run'],
      ['flows.update', { ...flow, summary: 'changed' }, 'change'],
      ['flows.archive', {}, 'change'],
      ['flows.delete', {}, 'change'],
    ],
  ],
  [
    'variables',
    { value: 'x', isSecret: true },
    [
      ['variables.get', {}, 'read'],
      ['variables.getValue', {}, 'secret'],
      ['variables.update', { value: 'y' }, 'change'],
      ['variables.delete', {}, 'change'],
    ],
  ],
  [
    'resources',
    { value: { a: 1 }, resourceType: 'any' },
    [
      ['resources.get', {}, 'read'],
      ['resources.update', { value: { a: 2 } }, 'change'],
      ['resources.delete', {}, 'change'],
    ],
  ],
  [
    'schedules',
    { ...cron, scriptPath: 'f/team/called', isFlow: false, enabled: false },
    [
      ['schedules.get', {}, 'read'],
      ['schedules.update', cron, 'change'],
      ['schedules.setEnabled', { enabled: false }, 'change'],
      ['schedules.delete', {}, 'change'],
    ],
  ],
  [
    'apps',
    app,
    [
      ['apps.get', {}, 'read'],
      ['apps.history', {}, 'read'],
      ['apps.update', { summary: 'changed' }, 'change'],
      ['apps.delete', {}, 'change'],
    ],
  ],
];

describe('who may do what with which item', () => {
  let server: TestServer;
  const tokens = new Map<Who, string | null>([['nobody', null]]);
  const password = 'correct horse battery';

  async function op(name: string, input: unknown, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const login = async (who: string): Promise<string> =>
    (await op('session.login', { email: `${who}@example.com`, password })).token;

  const pathOf = (kind: string, who: Who): string => `f/team/${kind}_${who}`;

  before(async () => {
    server = await startTestServer();
    const roles = { writer: 'developer', reader: 'developer', granted: 'developer' };
    const more = { outsider: 'developer', operator: 'operator', admin: 'admin', stranger: null };
    for (const [who, role] of Object.entries({ ...roles, ...more })) {
      const email = `${who}@example.com`;
      await op('users.create', { email, password });
      if (role) await op('members.add', { email, username: who, role });
      tokens.set(who as Who, await login(who));
    }
    const extraPerms = { 'u/writer': true, 'u/reader': false, 'u/operator': false };
    await op('folders.create', { name: 'team', extraPerms });
    await op('scripts.create', { path: 'f/team/called', ...code });
    const writer = tokens.get('writer') ?? undefined;
    const made = async (input: object): Promise<string> =>
      (await op('tokens.create', input, writer)).token;
    tokens.set('readOnly', await made({ readOnly: true }));
    tokens.set('scoped', await made({ scopes: ['folders:read', 'jobs:run:scripts:f/other/*'] }));
    for (const [kind, input] of items) {
      for (const who of callers) {
        const grants = { extraPerms: { 'u/granted': false } };
        await op(`${kind}.create`, { path: pathOf(kind, who), ...input, ...grants });
      }
    }
  });
  after(() => server.stop());

  /** The same call from inside a job that the reader has started. */
  async function asJob(name: string, input: object) {
    const content = `export async function main(name: string, input: object) {
      const url = process.env.BASE_INTERNAL_URL + '/api/op/' + name + '?workspace=test';
      const authorization = 'Bearer ' + process.env.WM_TOKEN;
      const headers = { authorization, 'content-type': 'application/json' };
      const body = JSON.stringify(input);
      const response = await fetch(url, { method: 'POST', headers, body });
      return { status: response.status, body: JSON.parse((await response.text()) || 'null') };
    }`;
    const run = { language: 'bun', content, args: { name, input } };
    const { result } = await op('jobs.previewWait', run, tokens.get('reader') ?? undefined);
    return result as { status: number; body: any };
  }

  async function answerTo(who: Who, name: string, input: object): Promise<Answer> {
    if (who === 'nobody') {
      const response = await server.fetch(`/api/op/${name}?workspace=test`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
        token: null,
      });
      return said[((await response.json()) as any).error?.code] ?? 'yes';
    }
    const { status, body } =
      who === 'job'
        ? await asJob(name, input)
        : await server.op(name, input, tokens.get(who) ?? undefined);
    if (status === 200) return 'yes';
    const answer = said[body?.error?.code];
    assert.ok(answer, `${who}, ${name}: ${status} ${JSON.stringify(body)}`);
    return answer;
  }

  for (const [kind, created, verbs] of items) {
    for (const [name, input, who] of verbs) {
      it(`${name}: ${who}`, async () => {
        const given: string[] = [];
        for (const caller of callers) {
          const path = pathOf(kind, caller);
          given.push(`${caller}: ${await answerTo(caller, name, { path, ...input })}`);
        }
        const wanted = may[who].split(' ').map((answer, n) => `${callers[n]}: ${answer}`);
        assert.deepEqual(given, wanted);
      });
    }

    it(`${kind}.create: add`, async () => {
      const given: string[] = [];
      for (const caller of callers) {
        const path = `f/team/new_${kind}_${caller}`;
        given.push(`${caller}: ${await answerTo(caller, `${kind}.create`, { path, ...created })}`);
      }
      const wanted = may.add.split(' ').map((answer, n) => `${callers[n]}: ${answer}`);
      assert.deepEqual(given, wanted);
    });

    it(`${kind}.list shows what may be read, and nothing else`, async () => {
      const paths = [`f/team/shown_${kind}`, `u/writer/${kind}`];
      for (const path of paths) {
        await op(`${kind}.create`, { path, ...created }, tokens.get('writer') ?? undefined);
      }
      const sees: [Who, string[]][] = [
        ['admin', paths],
        ['writer', paths],
        ['readOnly', paths],
        ['reader', paths.slice(0, 1)],
        ['operator', paths.slice(0, 1)],
        ['granted', []],
        ['outsider', []],
      ];
      for (const [who, wanted] of sees) {
        const rows = await op(`${kind}.list`, { perPage: 1000 }, tokens.get(who) ?? undefined);
        const listed = new Set(rows.map((row: { path: string }) => row.path));
        assert.deepEqual(
          paths.filter((path) => listed.has(path)),
          wanted,
          who,
        );
      }
      for (const who of ['scoped', 'stranger', 'nobody'] as const) {
        assert.notEqual(await answerTo(who, `${kind}.list`, {}), 'yes', who);
      }
    });
  }
});
