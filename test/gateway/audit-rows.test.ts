// The log of service calls on a real database: what rows hold, that changes of them are found, and
// what happens when they cannot be stored.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { administrate, freshDatabase, type FreshDatabase } from '../kit/database.ts';
import { refusal } from '../kit/identity.ts';
import {
  annId,
  benId,
  person,
  testServiceAudit,
  type TestServiceAudit,
} from '../kit/service-audit.ts';
import { canonicalJson, sha256 } from '../../src/base/index.ts';

const dayMs = 86_400_000;
const write = { class: 'write', action: 'add_comment' } as const;

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);

describe('the log of service calls', () => {
  let database: FreshDatabase;
  let log: TestServiceAudit;
  /** Statements of somebody who holds the database. */
  const tamper = (...statements: string[]) => administrate(database.url, statements);
  async function query(text: string): Promise<any[]> {
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  before(async () => {
    database = await freshDatabase();
  });
  beforeEach(async () => {
    const tables = ['', '_chain', '_anchor', '_bucket', '_alert', '_settings'];
    await tamper(`truncate ${tables.map((name) => `gateway_audit${name}`).join(', ')}`);
    log = testServiceAudit(database.db);
  });
  after(() => database.drop());

  it('has one row for each call, refused or not', async () => {
    const begun = await log.audit.begin(
      log.facts({ ...write, actor: 'flow f/team/standup', jobId: 'job-1', client: 'claude/1.0' }),
    );
    const [under] = await log.op('list');
    assert.equal(under.decision, 'started');
    assert.equal(under.chain, null);
    await begun.complete({
      decision: 'allowed',
      piiCounts: { EMAIL: 2 },
      upstreamMs: 12.3456,
      bytesOut: 20,
    });
    const refused = await log.audit.begin(log.facts({ service: 'slack', class: null }));
    await refused.complete({
      decision: 'refused',
      reasonCode: 'service_unknown',
      hook: 'no-slack',
    });
    const rows = await log.op('list');
    assert.equal(rows.length, 2);
    const row = rows.find(({ id }: { id: string }) => id === begun.id);
    assert.deepEqual(
      [row.subject, row.subjectEmail, row.subjectUsername, row.actor, row.jobId, row.client],
      [annId, 'ann@example.com', 'ann', 'flow f/team/standup', 'job-1', 'claude/1.0'],
    );
    assert.deepEqual(
      [row.class, row.decision, row.piiCounts, row.upstreamMs, row.bytesIn, row.bytesOut],
      ['write', 'allowed', { EMAIL: 2 }, 12.346, 39, 20],
    );
    assert.equal(row.seq, 1);
    assert.match(row.requestHash, /^[0-9a-f]{32}$/);
    const other = await log.op('get', { id: refused.id });
    assert.deepEqual(
      [other.decision, other.reasonCode, other.hook, other.class],
      ['refused', 'service_unknown', 'no-slack', null],
    );
    assert.equal((await log.op('verify')).ok, true);
  });

  it('is for admins; everybody sees what was done in their own name', async () => {
    await log.done();
    await log.done({ subject: benId, service: 'slack' });
    const ben = person(benId, 'ben', 'operator');
    const mine = await log.op('mine', {}, ben);
    assert.deepEqual(
      mine.map((row: any) => [row.subject, row.service]),
      [[benId, 'slack']],
    );
    for (const name of [
      'list',
      'export',
      'verify',
      'throughput',
      'usage',
      'alerts',
      'settings',
      'anchors',
    ]) {
      await assert.rejects(log.op(name, {}, ben), refusal('forbidden'), name);
    }
    await assert.rejects(log.op('setSettings', { retentionDays: 1 }, ben), refusal('forbidden'));
    await assert.rejects(log.op('get', { id: mine[0].id }, ben), refusal('forbidden'));
  });

  it('filters and pages', async () => {
    await log.done();
    log.clock.pass(1000);
    await log.done({ subject: benId, actor: 'flow f/x' });
    log.clock.pass(1000);
    const call = await log.audit.begin(log.facts({ service: 'slack', action: 'post' }));
    await call.complete({ decision: 'refused', reasonCode: 'hook_denied' });
    const filters: [object, number][] = [
      [{}, 3],
      [{ subject: 'ben' }, 1],
      [{ subject: 'ben@example.com' }, 1],
      [{ subject: benId }, 1],
      [{ subject: 'nobody' }, 0],
      [{ actor: 'flow f/x' }, 1],
      [{ service: 'jira' }, 2],
      [{ action: 'post' }, 1],
      [{ decision: 'refused' }, 1],
      [{ reasonCode: 'hook_denied' }, 1],
      [{ after: log.clock.now() - 1500 }, 2],
      [{ before: log.clock.now() }, 2],
      [{ page: 2, perPage: 2 }, 1],
      [{ service: "x' or true --" }, 0],
    ];
    for (const [filter, count] of filters) {
      assert.equal((await log.op('list', filter)).length, count, JSON.stringify(filter));
    }
  });

  it('names the row that somebody changed, took away or put in', async () => {
    const changes: [what: string, sql: (id: string) => string][] = [
      ['changed', (id) => `update gateway_audit set decision = 'refused' where id = '${id}'`],
      ['changed', (id) => `update gateway_audit set subject = null where id = '${id}'`],
      ['changed', (id) => `update gateway_audit set workspace = 'other' where id = '${id}'`],
      ['missing', (id) => `delete from gateway_audit where id = '${id}'`],
      ['put in', (id) => `update gateway_audit set chain = null, seq = null where id = '${id}'`],
    ];
    for (const [what, change] of changes) {
      await tamper('truncate gateway_audit, gateway_audit_chain');
      log = testServiceAudit(database.db);
      const ids: string[] = [];
      for (let made = 0; made < 7; made += 1) ids.push(await log.done(made % 2 ? write : {}));
      await log.op('list');
      assert.equal((await log.op('verify')).ok, true);
      const rows: any[] = await query('select id, seq from gateway_audit order by seq');
      const fourth = rows[3].id;
      await tamper(change(fourth));
      const verdict = await log.op('verify');
      assert.equal(verdict.ok, false);
      const [broken] = verdict.broken;
      assert.equal(broken.seq, 4, what);
      assert.equal(verdict.rows, 3);
      const found = verdict.broken.find((one: any) => one.what === what);
      assert.ok(found, `${what}: ${JSON.stringify(verdict.broken)}`);
      if (what !== 'missing') assert.equal(found.id, fourth);
    }
  });

  it('knows the end of a chain by its anchor, and an anchor by its signature', async () => {
    for (let made = 0; made < 5; made += 1) await log.done();
    await log.op('list');
    const { number } = await log.op('anchor');
    assert.equal(number, 1);
    assert.equal((await log.op('verify')).ok, true);
    await tamper(`create table kept as select * from gateway_audit where seq = 5`);
    await tamper('delete from gateway_audit where seq = 5');
    const cut = await log.op('verify');
    assert.deepEqual([cut.broken[0].what, cut.broken[0].seq], ['missing', 5]);
    await tamper('insert into gateway_audit select * from kept', 'drop table kept');
    assert.equal((await log.op('verify')).ok, true);
    // An anchor that says otherwise takes the key, which no database holds.
    await tamper(`update gateway_audit_anchor set purged = (
      select jsonb_agg(id) from gateway_audit_chain)`);
    assert.equal((await log.op('verify')).broken[0].what, 'changed');
    await tamper("update gateway_audit_anchor set purged = '[]', signature = 'AAAA'");
    assert.equal((await log.op('verify')).broken[0].what, 'not signed');
    await tamper('update gateway_audit_anchor set number = 2');
    assert.equal((await log.op('verify')).broken[0].what, 'missing');
  });

  it('G03 deletes what is old, and the rest still verifies', async () => {
    await log.op('setSettings', { retentionDays: 2 });
    for (let day = 0; day < 5; day += 1) {
      await log.done(write);
      await log.done({ action: `of_day_${day}` });
      await log.op('list');
      await log.op('anchor');
      log.clock.pass(dayMs);
    }
    log.audit.start();
    const anchored = async () => (await log.op('anchors')).anchors.length;
    for (let asked = 0; asked < 500 && (await anchored()) < 6; asked += 1) {
      log.clock.pass(10_000);
    }
    await log.audit.stop();
    const rows = await log.op('list');
    const days = rows.map((row: any) => (log.clock.now() - row.at) / dayMs);
    assert.ok(Math.max(...days) <= 3, `kept: ${days}`);
    assert.equal(rows.length, 4);
    const verdict = await log.op('verify');
    assert.deepEqual([verdict.ok, verdict.rows, verdict.chains], [true, 4, 2]);
    const { anchors } = await log.op('anchors');
    assert.equal(anchors.flatMap((anchor: any) => anchor.purged).length, 3);
    // A chain of those days that no anchor knows was put in.
    const forged = '0190a0a0-0000-7000-8000-00000000ffff';
    const then = log.clock.now() - 4 * dayMs;
    await tamper(
      `insert into gateway_audit_chain values ('${forged}', 'home', ${then})`,
      `update gateway_audit set chain = '${forged}' where seq = 1 and chain = (
        select chain from gateway_audit order by at desc limit 1)`,
    );
    assert.equal((await log.op('verify')).ok, false);
  });

  it('never deletes a chain that somebody changed', async () => {
    const id = await log.done(write);
    await log.op('setSettings', { retentionDays: 1 });
    await tamper("update gateway_audit set action = 'nothing'");
    log.clock.pass(5 * dayMs);
    await log.op('anchor');
    assert.equal((await log.op('list')).length, 1);
    const [broken] = (await log.op('verify')).broken;
    assert.deepEqual([broken.what, broken.id], ['changed', id]);
  });

  it('has a chain for each process', async () => {
    const other = testServiceAudit(database.db, { clock: log.clock });
    const both = [log, other];
    await Promise.all(
      Array.from({ length: 200 }, (_, at) => (both[at % 2] ?? log).done(at % 3 ? {} : write)),
    );
    await Promise.all(both.map((one) => one.op('list')));
    const verdict = await log.op('verify');
    assert.deepEqual([verdict.ok, verdict.chains, verdict.rows], [true, 2, 200]);
    const sums = await log.op('throughput', { kind: 'hour' });
    const calls = sums.reduce((sum: number, row: any) => sum + row.calls, 0);
    assert.equal(calls, 200);
    await Promise.all(both.map((one) => one.op('anchor').catch(() => undefined)));
    assert.equal((await other.op('verify')).ok, true);
  });

  it('G06 refuses changes when rows cannot be stored; reads by setting', async () => {
    await log.done(write);
    await tamper('alter table gateway_audit rename to gateway_audit_away');
    await assert.rejects(log.audit.begin(log.facts(write)), (error: any) => {
      assert.equal(error.details.reason_code, 'audit_unavailable');
      return refusal('unavailable')(error);
    });
    await log.done({ action: 'read_meanwhile' });
    await log.op('setSettings', { readsWithoutAudit: false });
    await assert.rejects(log.op('list'));
    await assert.rejects(log.audit.begin(log.facts()), refusal('unavailable'));
    await tamper('alter table gateway_audit_away rename to gateway_audit');
    await log.done({ action: 'read_later' });
    const rows: any[] = await log.op('list');
    assert.deepEqual(
      rows.map((row) => [row.action, row.decision, row.reasonCode]).toSorted(byText),
      [
        ['add_comment', 'allowed', null],
        ['add_comment', 'refused', 'audit_unavailable'],
        ['read_later', 'allowed', null],
        ['read_meanwhile', 'allowed', null],
        ['search', 'refused', 'audit_unavailable'],
      ],
    );
    assert.equal((await log.op('verify')).ok, true);
    assert.ok(log.logLines.some((line) => line.includes('could not be recorded')));
  });

  it('G04 exports what it stores, all of it', async () => {
    const count = 10_000;
    for (let made = 0; made < count; made += 500) {
      await Promise.all(
        Array.from({ length: 500 }, (_, at) => log.done({ action: `a_${(made + at) % 7}` })),
      );
      log.clock.pass(1);
    }
    const texts: string[] = [];
    for await (const text of log.audit.exported('home', { format: 'jsonl' }).text) texts.push(text);
    const lines = texts
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(lines.length, count);
    const stored = await query("select id, encode(row_hash, 'hex') as hash from gateway_audit");
    const hashes = new Map(stored.map(({ id, hash }) => [id, hash]));
    assert.equal(hashes.size, count);
    for (const { rowHash, ...row } of lines) {
      assert.equal(hashes.get(row.id), rowHash);
      assert.equal(sha256(canonicalJson(row)), rowHash);
    }
    assert.equal(texts.length, 10, 'it came in pages');
  });

  it('writes CSV that no spreadsheet runs', async () => {
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '  =cmd', '"=1', "'=1", 'a,"b"\r\n=2'];
    for (const actor of formulas) await log.done({ actor });
    const texts: string[] = [];
    for await (const text of log.audit.exported('home', { format: 'csv' }).text) texts.push(text);
    const [header, ...lines] = texts.join('').trimEnd().split('\r\n');
    assert.match(header ?? '', /^id,at,workspace,subject,actor,/);
    assert.equal(lines.length, formulas.length);
    const actors = lines.map((line) => /^"[^"]*",\d+,"home","[^"]*",("(?:[^"]|"")*"),/.exec(line));
    assert.deepEqual(
      new Set(actors.map((match) => match?.[1])),
      new Set([
        `"'=1+1"`,
        `"'+1"`,
        `"'-1"`,
        `"'@SUM(A1)"`,
        `"'  =cmd"`,
        `"'""=1"`,
        `"''=1"`,
        `"a,""b"" =2"`,
      ]),
    );
  });

  it('holds nothing of parameters, answers or people', async () => {
    const canaries = [
      'anna.canary@example.com',
      'canary-token-123',
      '+49 170 5550199',
      'Ann Canary',
    ];
    const [email = '', token = '', phone = '', name = ''] = canaries;
    const params = { to: email, token, nested: [{ phone, name }] };
    const begun = await log.audit.begin(
      log.facts({ ...write, params, client: `cli ${email}`, action: email, service: name }),
    );
    await begun.complete({ decision: 'failed', piiCounts: { [email]: 1, EMAIL: 1 } });
    await log.done({ params: '\u0000\ud800', actor: 'half \ud800 and \u0000 none' });
    await log.op('list');
    const tables = ['gateway_audit', 'gateway_audit_bucket', 'gateway_audit_chain'];
    const dumps = await Promise.all(tables.map((table) => query(`table ${table}`)));
    const dump = JSON.stringify(dumps) + log.logLines.join();
    for (const canary of [...canaries, 'ann@example.com']) {
      assert.ok(!dump.includes(canary), canary);
    }
    assert.equal((await log.op('verify')).ok, true);
    const again = log.facts({ ...write, params: { token, to: email, nested: [{ name, phone }] } });
    const same = await log.audit.begin({ ...again, action: email, service: name });
    await same.complete({ decision: 'allowed' });
    const [one, two] = await Promise.all([begun.id, same.id].map((id) => log.op('get', { id })));
    assert.equal(one.requestHash, two.requestHash);
    assert.notEqual(one.requestHash, sha256(canonicalJson(params)).slice(0, 32));
  });

  it('G05 alerts once for each person and hour at the threshold', async () => {
    const alertUrl = 'https://hooks.example.com/services/T0/secret-part';
    const settings = await log.op('setSettings', { alertMbPerHour: 1, alertUrl });
    assert.deepEqual(await log.op('settings'), settings);
    assert.equal(settings.alertHost, 'hooks.example.com');
    await assert.rejects(
      log.op('setSettings', { alertUrl: 'ftp://a:secret-part@b' }),
      refusal('invalid_input'),
    );
    const other = testServiceAudit(database.db, { clock: log.clock });
    await log.done({}, 600_000);
    await log.op('list');
    await log.audit.stop();
    assert.deepEqual(await log.op('alerts'), []);
    await other.done({ service: 'slack' }, 400_000);
    await other.op('list');
    await other.audit.stop();
    for (let more = 0; more < 3; more += 1) await log.done({}, 900_000);
    await log.done({ subject: benId }, 999_999);
    await log.op('list');
    await log.audit.stop();
    const alerts = await log.op('alerts');
    assert.deepEqual(
      alerts.map((alert: any) => [alert.subjectEmail, alert.bytesOut, alert.limitBytes]),
      [['ann@example.com', 1_000_000, 1_000_000]],
    );
    const [told, again] = [...log.sent, ...other.sent];
    assert.equal(again, undefined);
    assert.equal(told?.url, alertUrl);
    assert.match(told?.body.text ?? '', /home: ann got 1 MB .* usual is 1 MB/);
    const seen = JSON.stringify([
      settings,
      log.logLines,
      await query('table gateway_audit_settings'),
    ]);
    assert.ok(!seen.includes('secret-part'));
    await log.op('setSettings', { alertUrl: null });
    log.clock.pass(3_600_000);
    await log.done({}, 1_000_000);
    await log.op('list');
    await log.audit.stop();
    assert.equal((await log.op('alerts')).length, 2);
    const days = await log.op('throughput', { kind: 'day', subject: 'ann', service: 'jira' });
    assert.deepEqual([days.length, days[0].calls, days[0].bytesOut], [1, 5, 4_300_000]);
  });

  it('sums up by the day what people, services and flows moved', async () => {
    await log.done({}, 1000);
    await log.done({ actor: 'flow f/x' }, 200);
    await log.done({ subject: benId, service: 'slack', actor: 'flow f/x' }, 30);
    log.clock.pass(86_400_000);
    await log.done({ subject: benId }, 4);
    const of = async (input: object, who?: Parameters<typeof log.op>[2]): Promise<unknown[]> =>
      (await log.op('usage', input, who)).map((row: any) => [row.what, row.calls, row.bytesOut]);
    const people = await log.op('usage');
    assert.deepEqual(
      people.map((row: any) => [row.subjectUsername, row.calls, row.bytesOut]),
      [
        ['ben', 1, 4],
        ['ann', 2, 1200],
        ['ben', 1, 30],
      ],
    );
    assert.equal(people[0].day - people[1].day, 86_400_000);
    assert.deepEqual(await of({ by: 'delegation' }), [['flow f/x', 2, 230]]);
    assert.deepEqual(await of({ by: 'service', before: people[0].day }), [
      ['jira', 2, 1200],
      ['slack', 1, 30],
    ]);
    assert.deepEqual(await of({ by: 'service', subject: 'ben', service: 'slack' }), [
      ['slack', 1, 30],
    ]);
    assert.deepEqual(await of({ perPage: 1, page: 3 }), [[benId, 1, 30]]);
    const mine = await log.op('myUsage', {}, person(benId, 'ben', 'operator'));
    assert.deepEqual(
      mine.map((row: any) => [row.what, row.calls]),
      [
        ['jira', 1],
        ['slack', 1],
      ],
    );
  });
});
