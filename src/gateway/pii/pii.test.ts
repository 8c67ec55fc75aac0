// Tokens in place of values and back, on a real database: whose they are, how long they live, what
// is stored of them, and that nothing is ever shown or sent half.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { AppError, createLog, createSlowTick } from '../../base/index.ts';
import { type Call, systemCall } from '../../operation/index.ts';
import { seal, unseal } from '../../engine/index.ts';
import { assertNoCanary, canaries, canaryAnswer } from '../../../test/kit/canaries.ts';
import { dumpOf } from '../../../test/kit/dump.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/kit/database.ts';
import { movingClock } from '../../../test/kit/moving-clock.ts';
import type { Flight } from '../calls/index.ts';
import { createPii, type Pii, type PiiOwner, protectStage } from './index.ts';
import { settingsChanges } from './settings.ts';

const hourMs = 60 * 60 * 1000;
const workspace = 'main';
const ann: PiiOwner = { workspace, userId: 'ann', namespace: '' };
const bob: PiiOwner = { workspace, userId: 'bob', namespace: '' };
const jira = { service: 'jira' };
const toJira = { service: 'jira', fields: ['*'] };

const personal = (userId: string): Call => {
  const call = systemCall(workspace);
  return { ...call, caller: { ...call.caller, userId } };
};

describe('pseudonyms', () => {
  const clock = movingClock();
  const logLines: string[] = [];
  const log = createLog('error', (line) => logLines.push(line));
  let database: FreshDatabase;
  let key = randomBytes(32);
  const sealer = {
    seal: async (_: string, { use, value }: { use: string; value: string }) =>
      seal(key, use, Buffer.from(value)),
    open: async (_: string, { use, value }: { use: string; value: string }) =>
      unseal(key, use, value)?.toString(),
  };
  const directory = { names: async () => ['Dora Directory'] };
  const changes = { changed: () => undefined };
  /** A process of its own, as far as pseudonyms go. */
  const aProcess = (): Pii => {
    const tick = createSlowTick({ clock, log });
    return createPii({ db: database.db, clock, log, tick, sealer, directory, changes });
  };
  let pii: Pii;

  before(async () => {
    database = await freshDatabase();
    pii = aProcess();
  });
  after(() => database.drop());

  const shown = async (owner: PiiOwner, value: unknown, how = jira): Promise<any> =>
    (await pii.protect(owner, value, how)).value;
  const restored = async (owner: PiiOwner, params: unknown, how = toJira): Promise<any> =>
    (await pii.restore(owner, params, how)).params;
  const refusedAs = (reason: string) => (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.details?.['reason_code'], reason);
    assertNoCanary([error.message, error.hint, error.details], 'the refusal');
    return true;
  };

  it('D01 every canary goes, whatever it stands in, and comes back as it was', async () => {
    const answer = canaryAnswer();
    const { value, counts, fields } = await pii.protect(ann, answer, jira);
    assertNoCanary(value, 'the protected answer');
    const kinds = Object.keys(counts).toSorted();
    assert.deepEqual(kinds, ['CARD', 'EMAIL', 'IBAN', 'IP', 'NAME', 'PHONE', 'SECRET']);
    assert.ok(fields.includes('assignee.displayName') && fields.includes('json'));
    const text = JSON.stringify(value);
    assert.match(text, /⟦EMAIL_1:ca•••@birdsong-canary\.example⟧/);
    assert.doesNotThrow(() => JSON.parse(JSON.parse((value as any).json).twice));
    assert.deepEqual(await restored(ann, value), answer);
  });

  it('D01 an error message, a description and progress are texts', async () => {
    const text = await shown(ann, `No such user: ${canaries.EMAIL} (${canaries.NAME})`);
    assertNoCanary(text, 'the message');
    assert.match(text, /^No such user: ⟦EMAIL_1:[^⟧]+⟧ \(⟦NAME_1:[^⟧]+⟧\)$/);
  });

  it('D01 names of the directory, and of fields that an action declares', async () => {
    const value = { text: 'ask Dora Directory or ada', who: { handle: 'ada' } };
    const { value: seen } = await pii.protect(ann, value, {
      ...jira,
      nameFields: ['who.handle'],
    });
    const { text, who } = seen as typeof value;
    assert.match(text, /^ask ⟦NAME_\d+:D••• D•••⟧ or ada$/);
    assert.match(who.handle, /^⟦NAME_\d+:a•••⟧$/);
  });

  it('D01 the same text in many rows is judged by its field, and hidden in each', async () => {
    const number = '4111111111111111';
    const table = JSON.parse(
      `[${'{"id":"N","text":"N","__proto__":"N"},'.repeat(3)}"N"]`,
      (_, one) => (one === 'N' ? number : one),
    );
    const seen = await shown(ann, { table });
    const [token] = /⟦CARD_\d+:[^⟧]+⟧/.exec(seen.table[0].text) ?? [];
    const rest = `"text":"${token}","__proto__":"${token}"}`;
    const shownRow = `{"id":"${number}",${rest}`;
    assert.equal(JSON.stringify(seen.table), `[${`${shownRow},`.repeat(3)}"${token}"]`);
  });

  it('D01 names by their fields, and not what only looks like one', async () => {
    const value = {
      from: 'In Progress',
      to: '"Mia Moreno" <mia@example.com>, Noa Nowak <noa@example.com>',
      user: { firstName: 'Olga', lastName: 'Ober' },
      author: { name: 'Pia Park', avatarUrl: 'x' },
      board: { name: 'Great Board' },
      text: 'In Progress by Olga Ober, Great Board of mia moreno; Pia Park and Olga and Noa Nowak',
    };
    const seen = await shown(ann, value);
    assert.deepEqual([seen.from, seen.board], [value.from, value.board]);
    const left = JSON.stringify(seen).replaceAll(/⟦[^⟧]*⟧/g, '*');
    assert.match(left, /"In Progress by \*, Great Board of \*; \* and Olga and \*"/);
    assert.match(left, /"to":"\\"\*\\" <\*>, \* <\*>","user":\{"firstName":"\*","lastName":"\*"\}/);
    assert.deepEqual(await restored(ann, seen), value);
  });

  it('D01 the same text in another field keeps its meaning', async () => {
    const value = {
      author: { name: 'zed' },
      project: { name: 'zed' },
      phone: 4930901820,
      id: 4930901820,
    };
    const seen = (await pii.protect(ann, value, { ...jira, nameFields: ['author.name'] }))
      .value as any;
    assert.match(seen.author.name, /^⟦NAME_/);
    assert.match(seen.phone, /^⟦PHONE_/);
    assert.deepEqual([seen.project.name, seen.id], ['zed', 4930901820]);
  });

  it('D02 what is nobody’s stays, to the byte', async () => {
    const value = {
      id: '550e8400-e29b-41d4-a716-446655440000',
      sha: '9fceb02d0ae598e95dc970b74767f19372d61af8',
      at: '2026-11-21T10:30:00.123Z',
      version: '1.2.3.4',
      json: '{ "big": 12345678901234567890,\n  "note": "x" }',
      token: '⟦EMAIL_9:x•••@y.example⟧ ⟦EMAIL_c3⟧',
      number: 4111111111111111,
    };
    const { value: seen, counts } = await pii.protect(ann, value, jira);
    assert.equal(seen, value);
    assert.deepEqual(counts, {});
  });

  it('D03 the same value has the same token, for this person alone', async () => {
    const text = 'mail to d03@example.com';
    const first = await shown(ann, text);
    assert.equal(await shown(ann, { again: text }).then(({ again }) => again), first);
    assert.equal((await aProcess().protect(ann, text, jira)).value, first);
    const token = /⟦.*⟧/.exec(first)?.[0] ?? '';
    assert.equal(await restored(ann, token), 'd03@example.com');
    await assert.rejects(restored(bob, { text: token }), refusedAs('pii_token_unknown'));
  });

  it('D03 a delegation has a map of its own, and its numbers are no other’s', async () => {
    const flow = { ...ann, namespace: 'grant-1' };
    const own = await shown(ann, 'delegated@example.com');
    const token = await shown(flow, 'delegated@example.com');
    assert.notEqual(token, own);
    await assert.rejects(restored(flow, own), refusedAs('pii_token_unknown'));
    await assert.rejects(restored(ann, token), refusedAs('pii_token_unknown'));
    assert.equal(await restored(flow, token), 'delegated@example.com');
  });

  it('the display may be lost or changed, and the older form is read', async () => {
    const token = await shown(ann, 'forms@example.com');
    const name = /⟦(\w+):/.exec(token)?.[1] ?? '';
    const forms = `⟦${name}⟧ ⟦${name}:whoever⟧ <${name}> <${name}:fo***@example.com>`;
    const value = 'forms@example.com';
    assert.equal(await restored(ann, forms), Array(4).fill(value).join(' '));
    const inJson = await restored(ann, JSON.stringify({ to: `⟦${name}⟧` }));
    assert.deepEqual(JSON.parse(inJson), { to: value });
  });

  it('a value is written into JSON as JSON writes it', async () => {
    const lines = 'MIIEvQIBADANBgkq'.repeat(4);
    const secret = `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----`;
    const token = await shown(ann, secret);
    const inner = await restored(ann, { body: `{"key": "${token}", "n": 1.0}` });
    assert.equal(inner.body, `{"key": ${JSON.stringify(secret)}, "n": 1.0}`);
  });

  it('all or nothing: one unknown token, and nothing is restored', async () => {
    const token = await shown(ann, 'partial@example.com');
    const params = { a: token, b: '⟦EMAIL_9999⟧' };
    await assert.rejects(restored(ann, params), refusedAs('pii_token_unknown'));
    await assert.rejects(restored(ann, '⟦EMAIL_c1⟧'), refusedAs('pii_token_unknown'));
  });

  it('D08 only fields that allow it; the others go out as they are', async () => {
    const token = await shown(ann, 'fields@example.com');
    const params = { to: [token], query: token, deep: { text: token, other: token } };
    const how = { service: 'jira', fields: ['to', 'deep.text'] };
    const { params: sent, left } = await pii.restore(ann, params, how);
    const value = 'fields@example.com';
    assert.deepEqual(sent, { to: [value], query: token, deep: { text: value, other: token } });
    assert.deepEqual(
      left.map(({ field }) => field),
      ['query', 'deep.other'],
    );
  });

  it('free text takes a value to another service only where an admin allows it', async () => {
    const mail = await shown(ann, 'crossing@example.com');
    const secret = await shown(ann, canaries.SECRET);
    const toSlack = { service: 'slack', fields: ['*'] };
    await assert.rejects(restored(ann, `see ${mail}`, toSlack), refusedAs('pii_cross_service'));
    await assert.rejects(restored(ann, secret, toSlack), refusedAs('pii_cross_service'));
    assert.equal(
      await restored(ann, { to: mail }, toSlack).then(({ to }) => to),
      'crossing@example.com',
    );
    await pii.settings.change(workspace, 'ann', { crossings: [{ from: 'jira', to: 'slack' }] });
    assert.equal(await restored(ann, `see ${mail}`, toSlack), 'see crossing@example.com');
    await pii.settings.change(workspace, 'ann', { crossings: [] });
    await shown(ann, 'crossing@example.com', { service: 'slack' });
    assert.equal(await restored(ann, `see ${mail}`, toSlack), 'see crossing@example.com');
  });

  it('D06 what is stored is encrypted, and another key opens nothing', async () => {
    const { text, rows } = await dumpOf(database.url, 'gateway_pii_');
    assert.ok(rows > 10);
    assertNoCanary(text, 'the stored map');
    assert.ok(!text.includes('@example.com') && !text.includes('Dora'));
  });

  it('D05 after a day a token is expired, and its value is gone from the table', async () => {
    const token = await shown(ann, 'expires@example.com');
    clock.pass(24 * hourMs + 1000);
    await assert.rejects(restored(ann, token), refusedAs('pii_token_expired'));
    assert.equal(await shown(ann, 'expires@example.com'), token, 'the same value, the same token');
    assert.equal(await restored(ann, token), 'expires@example.com');
  });

  it('calls at the same time in several processes agree on every number', async () => {
    const values = Array.from({ length: 40 }, (_, index) => `race${index}@example.com`);
    const texts = Array.from({ length: 6 }, (_, index) =>
      (index % 2 === 0 ? values : values.toReversed()).slice(index, index + 30).join(' '),
    );
    const seen = await Promise.all(texts.map((text) => aProcess().protect(bob, text, jira)));
    const back = await Promise.all(
      seen.map(({ value }) => aProcess().restore(bob, value as string, toJira)),
    );
    assert.deepEqual(
      back.map(({ params }) => params),
      texts,
    );
    const tokens = new Set(seen.flatMap(({ value }) => String(value).split(' ')));
    assert.equal(tokens.size, new Set(texts.flatMap((text) => text.split(' '))).size);
  });

  it('a map forgotten elsewhere is unknown, and its numbers do not come again', async () => {
    const other = aProcess();
    const token = await shown(bob, 'forgotten@example.com');
    const number = (text: string): number => Number(/_(\d+)/.exec(text)?.[1]);
    await other.ownMap.forget(personal('bob'), undefined);
    await assert.rejects(restored(bob, token), refusedAs('pii_token_unknown'));
    clock.pass(3000);
    const again = await shown(bob, 'forgotten@example.com');
    assert.ok(number(again) > number(token));
    assert.equal(await restored(bob, again), 'forgotten@example.com');
  });

  it('with another key of the workspace old tokens are useless, new ones are made', async () => {
    const eve = { ...ann, userId: 'eve' };
    const token = await shown(eve, 'rekeyed@example.com');
    key = randomBytes(32);
    const later = aProcess();
    await assert.rejects(later.restore(eve, token, toJira), refusedAs('pii_token_expired'));
    const again = (await later.protect(eve, 'rekeyed@example.com', jira)).value;
    assert.notEqual(again, token);
    assert.equal((await later.restore(eve, again, toJira)).params, 'rekeyed@example.com');
  });

  it('masks cannot be turned back', async () => {
    const own = { workspace: 'masked', userId: 'ann', namespace: '' };
    await pii.settings.change('masked', 'ann', { strategy: 'mask' });
    const text = await shown(own, `${canaries.EMAIL}, ${canaries.CARD}, ${canaries.IP}`);
    assert.equal(text, 'ca***@birdsong-canary.example, ***1111, 198***');
    assert.equal(await restored(own, text), text);
    await assert.rejects(restored(own, '⟦EMAIL_1⟧'), refusedAs('pii_token_unknown'));
  });

  it('switched off, or without a kind, nothing of it changes', async () => {
    const own = { workspace: 'open', userId: 'ann', namespace: '' };
    await pii.settings.change('open', 'ann', { types: ['IP'] });
    assert.match(await shown(own, `a@example.com 198.51.100.7`), /^a@example\.com ⟦IP_1:/);
    await pii.settings.change('open', 'ann', { enabled: false });
    assert.equal(await shown(own, '198.51.100.7'), '198.51.100.7');
  });

  it('patterns of the company have tokens of their own', async () => {
    const own = { workspace: 'custom', userId: 'ann', namespace: '' };
    const patterns = [{ type: 'CUSTOMER', pattern: 'K-\\d{6}' }];
    await pii.settings.change('custom', 'ann', { patterns });
    assert.equal(await shown(own, 'for K-123456'), 'for ⟦CUSTOMER_1:•••⟧');
    assert.equal(await restored(own, '⟦CUSTOMER_1⟧'), 'K-123456');
    assert.ok(!settingsChanges.safeParse({ patterns: [{ type: 'EMAIL', pattern: 'x' }] }).success);
    const slow = [{ type: 'OWN', pattern: '(a+)+' }];
    await assert.rejects(
      pii.settings.change('custom', 'ann', { patterns: slow }),
      (error) => error instanceof AppError && error.code === 'invalid_input',
    );
  });

  it('D10 what cannot be searched is not shown', async () => {
    let deep: unknown = canaries.EMAIL;
    for (let level = 0; level < 600; level += 1) deep = { deep };
    await assert.rejects(pii.protect(ann, deep, jira), refusedAs('pii_scrub_failed'));
    const many = Array.from({ length: 20_001 }, (_, index) => `n${index}@example.com`);
    await assert.rejects(pii.protect(ann, many, jira), refusedAs('pii_scrub_failed'));
    const broken = createPii({
      changes,
      ...{ db: database.db, clock, log, sealer, tick: createSlowTick({ clock, log }) },
      directory: { names: () => Promise.reject(new Error(`no ${canaries.NAME}`)) },
    });
    await assert.rejects(broken.protect(ann, 'nothing', jira), refusedAs('pii_scrub_failed'));
    assert.equal(logLines.length, 3);
    assertNoCanary(logLines.join('\n'), 'the log');
  });

  it('a definition that cannot be searched is refused; a fault of the place is told', async () => {
    const tick = createSlowTick({ clock, log });
    const down = new AppError('unavailable', 'The directory is away.');
    const faulty = { names: () => Promise.reject(down) };
    const { db } = database;
    const away = createPii({ db, clock, log, tick, sealer, directory: faulty, changes });
    await assert.rejects(away.masked('away', 'jira', canaries.NAME), down);
    let deep: unknown = canaries.NAME;
    for (let level = 0; level < 600; level += 1) deep = [deep];
    await assert.rejects(pii.masked('away', 'jira', deep), refusedAs('pii_scrub_failed'));
  });

  it('what was said on the way is told before a failure, and who left does no harm', async () => {
    const heard: unknown[] = [];
    const onProgress = ({ message }: { message?: string }): void => {
      heard.push(message);
      throw new Error('nobody listens any more');
    };
    const flight = {
      workspace,
      subject: { userId: 'ann' },
      call: { ...personal('ann'), onProgress },
      service: { declaration: { name: 'jira' } },
      action: { nameFields: [] },
      notes: {},
    } as unknown as Flight;
    const down = new AppError('unavailable', 'The service is down.');
    const failed = protectStage(pii)(flight, () => {
      for (let at = 0; at < 5; at += 1) {
        flight.onProgress?.({ progress: at, message: `asks p${at}@example.com` });
      }
      return Promise.reject(down);
    });
    await assert.rejects(failed, down);
    assert.equal(heard.length, 5);
    for (const message of heard) assert.match(String(message), /^asks ⟦EMAIL_\d+:[^⟧]+⟧$/);
  });
});
