// Job files through the door of a server's operations: what is taken, and for everything else the
// line and column of what is wrong.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readLiveCron } from '../../engine/index.ts';
import { createCatalog, createDoor, systemCall, validateStage } from '../../operation/index.ts';
import { resolveStage } from '../../operation/index.ts';
import { jobFileOperations } from './index.ts';

const at = Date.UTC(2026, 10, 22);

const catalog = createCatalog([jobFileOperations({ now: () => at })]);
const door = createDoor(catalog, [resolveStage(catalog), validateStage]);

async function read(text: string, lax = false): Promise<any> {
  return door.invoke(systemCall('test'), 'jobFiles.read', { text, lax });
}

const head = 'name: digest\nscript: pass\n';

describe('a job file', () => {
  test('holds a job with all of its fields', async () => {
    const { job, problems, warnings } = await read(`version: 1
name: weekly-ticket-digest
description: What happened.
enabled: false
schedules:
  - "30 7 * * 1"
  - cron: "0 9 * * MON-FRI"
    timezone: America/New_York
timezone: Europe/Berlin
on: [push, mcp]
gateway-services:
  - slack: [write]
  - jira: [write, read]
gateway-instance: ours
run-as: trigger
language: typescript
script: |
  const hits = 1;
args: {days: 7}
env: {REGION: eu, DEPTH: 3}
timeout: 600
retries: {count: 2, backoff: 30}
concurrency: {key: digest, limit: 1, policy: skip}
on_failure: f/team/alert
tags: [weekly]
requirements: [requests==2.32.0]
`);
    assert.deepEqual([problems, warnings], [[], []]);
    assert.deepEqual(job, {
      version: 1,
      name: 'weekly-ticket-digest',
      description: 'What happened.',
      enabled: false,
      schedules: [
        { cron: '0 30 7 * * 1', timezone: 'Europe/Berlin' },
        { cron: '0 0 9 * * MON-FRI', timezone: 'America/New_York' },
      ],
      on: ['push', 'mcp'],
      services: { jira: ['read', 'write'], slack: ['write'] },
      gatewayInstance: 'ours',
      runAs: 'trigger',
      language: 'typescript',
      script: 'const hits = 1;\n',
      entrypoint: null,
      args: { days: 7 },
      env: { REGION: 'eu', DEPTH: '3' },
      timeoutS: 600,
      retries: { count: 2, backoffS: 30 },
      concurrency: { key: 'digest', limit: 1, policy: 'skip' },
      onFailure: 'f/team/alert',
      tags: ['weekly'],
      requirements: ['requests==2.32.0'],
    });
  });

  test('the three forms of a declaration mean the same', async () => {
    const forms = ['\n  - jira: [read]', '\n  - jira: read', ' {jira: [read]}', ' {jira: read}'];
    for (const form of forms) {
      const { job } = await read(`${head}gateway-services:${form}\n`);
      assert.deepEqual(job?.services, { jira: ['read'] }, form);
    }
    assert.equal((await read(head)).job.services, null);
  });

  test('E34 five fields become six, in the zone, through daylight saving', async () => {
    const { job } = await read(`${head}schedule: "30 2 * * *"\ntimezone: Europe/Berlin\n`);
    assert.deepEqual(job.schedules, [{ cron: '0 30 2 * * *', timezone: 'Europe/Berlin' }]);
    const weekly = await read(`${head}schedule: "30 7 * * 1"\ntimezone: Europe/Berlin\n`);
    const [{ cron, timezone }] = weekly.job.schedules;
    // The last Monday in winter time and the first in summer time.
    const ticks = readLiveCron({ schedule: cron, timezone }, at);
    const times = ticks.upcoming(Date.UTC(2026, 2, 20), 2).map((time) => new Date(time).toJSON());
    assert.deepEqual(times, ['2026-03-23T06:30:00.000Z', '2026-03-30T05:30:00.000Z']);
    const utc = await read(`${head}schedule: "0 7 * * 1"\n`);
    assert.deepEqual(utc.job.schedules, [{ cron: '0 0 7 * * 1', timezone: 'UTC' }]);
  });

  const bomb = ['a: &a [x, x]', ...[1, 2, 3].map((n) => `b${n}: [*a, *a, *a]`)].join('\n');
  const rows: [name: string, text: string, line: number, column: number, words: RegExp][] = [
    ['nothing', '', 1, 1, /empty/],
    ['a list', '- a\n', 1, 1, /no map of fields/],
    ['an anchor', 'name: &n digest\nscript: x\n', 1, 10, /anchor/],
    ['a bomb', `${head}${bomb}\n`, 3, 7, /anchor/],
    ['a merge key', `${head}env:\n  <<: {A: b}\n`, 4, 3, /merge key/],
    ['a tag', `${head}args: !!js/function x\n`, 3, 21, /tag/],
    ['a tab', `name: digest\nscript: |\n\tpass\n`, 3, 1, /tab/],
    ['a key twice', `${head}name: other\n`, 3, 1, /unique|twice|dup/i],
    ['two documents', `${head}---\nname: b\n`, 3, 1, /second document/],
    ['an open list', `${head}tags: [a\n`, 4, 1, /./],
    ['a key that is a list', `${head}[a]: b\n`, 3, 1, /text/],
    [
      'an unknown field',
      `${head}shedule: "0 7 * * 1"\n`,
      3,
      1,
      /no field; did you mean schedule\?/,
    ],
    ['an unknown field inside', `${head}retries: {cuont: 1}\n`, 3, 11, /retries.cuont is no field/],
    ['no name', 'script: x\n', 1, 1, /name is missing/],
    ['a name that is none', 'name: My Job\nscript: x\n', 1, 7, /no slug/],
    ['no code', 'name: digest\n', 1, 1, /script is missing/],
    ['code twice', `${head}entrypoint: a.py\n`, 2, 9, /keep one/],
    ['a path outside', 'name: a\nentrypoint: ../a.py\n', 2, 13, /inside the repository/],
    ['six fields', `${head}schedule: "0 30 7 * * 1"\n`, 3, 11, /has 6 fields/],
    ['a day that never comes', `${head}schedule: "0 0 30 2 *"\n`, 3, 11, /never comes/],
    ['a zone that is none', `${head}schedule: "0 7 * * 1"\ntimezone: Berlin\n`, 3, 11, /time zone/],
    ['two schedules', `${head}schedule: "0 7 * * 1"\nschedules: []\n`, 4, 12, /keep one/],
    ['no service', `${head}gateway-services: []\n`, 3, 19, /is empty/],
    ['no class', `${head}gateway-services:\n  - jira: []\n`, 4, 11, /has no class/],
    [
      'a class that is none',
      `${head}gateway-services:\n  - jira: [read, admin]\n`,
      4,
      18,
      /"admin" is no class/,
    ],
    ['a wildcard', `${head}gateway-services:\n  - "*": [read]\n`, 4, 10, /no wildcard/],
    ['all classes', `${head}gateway-services: {jira: "*"}\n`, 3, 26, /is no class/],
    [
      'a service twice',
      `${head}gateway-services:\n  - jira: [read]\n  - jira: [write]\n`,
      5,
      11,
      /twice/,
    ],
    ['a secret', `${head}env: {API_TOKEN: abc}\n`, 3, 6, /no secret stands in a file/],
    ['a name of ours', `${head}env: {WM_TOKEN: abc}\n`, 3, 6, /not free/],
    ['a language', `${head}language: cobol\n`, 3, 11, /python, typescript, bash/],
    ['a version', `${head}version: 2\n`, 3, 10, /version/],
    ['an event', `${head}on: [cron]\n`, 3, 5, /webhook, push, mcp/],
    ['run-as', `${head}run-as: root\n`, 3, 9, /service-account/],
    ['too long a time', `${head}timeout: 99999999\n`, 3, 10, /whole number/],
  ];
  for (const [name, text, line, column, words] of rows) {
    test(`E33 refuses ${name}, and says where`, async () => {
      const { job, problems } = await read(text);
      assert.equal(job, null);
      const found = problems.find(({ message }: { message: string }) => words.test(message));
      assert.ok(found, JSON.stringify(problems));
      assert.deepEqual([found.line, found.column], [line, column], found.message);
    });
  }

  test('E33 refuses what is larger than 64 KiB before reading it', async () => {
    const { problems } = await read(`${head}# ${'x'.repeat(64 * 1024)}`);
    assert.match(problems[0].message, /larger than 65536 bytes/);
  });

  test('in lax mode unknown fields are warnings, and everything else stays a problem', async () => {
    const { job, warnings } = await read(`${head}owner: ann\n`, true);
    assert.equal(job.name, 'digest');
    assert.deepEqual(
      warnings.map(({ line, column }: { line: number; column: number }) => [line, column]),
      [[3, 1]],
    );
    assert.equal((await read(`${head}env: {TOKEN: a}\n`, true)).job, null);
  });
});
