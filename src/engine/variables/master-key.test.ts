// The master key on whole servers: made once and private, and one clear error when it is missing,
// wrong or damaged, while everything that needs no secret goes on.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freshDatabase, type FreshDatabase } from '../../../test/kit/database.ts';
import { type Call, systemCall } from '../../operation/index.ts';
import { systemClock } from '../../base/index.ts';
import { createAccounts, createMasterKey, createVariables, createVault } from './index.ts';
import { newVariable } from './variable.ts';

const call: Call = systemCall('test');
const secret = newVariable.parse({ path: 'f/team/pw', value: 'a secret', isSecret: true });
const plain = newVariable.parse({ path: 'f/team/plain', value: 'plain' });

describe('the master key', () => {
  let database: FreshDatabase;
  let folder: string;
  before(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'millrace-key-'));
  });
  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A server's variables, with the key of `dataFolder` or a given one. */
  function variables(dataFolder: string, given?: string) {
    const { db } = database;
    const masterKey = createMasterKey({ dataFolder, given });
    const vault = createVault({ db, clock: systemClock, masterKey });
    const shared = { db, clock: systemClock, vault };
    const egress = { fetch: () => Promise.reject(new Error('nothing goes out')) };
    const accounts = createAccounts({ ...shared, egress });
    const made = createVariables({ ...shared, accounts, learn: async () => undefined });
    return { ...made, check: vault.check };
  }
  const unavailable =
    (words: RegExp) => (error: { code?: string; message: string; hint?: string }) => {
      assert.equal(error.code, 'unavailable');
      assert.match(error.message, words);
      assert.match(error.hint ?? '', /master\.key.*MILLRACE_MASTER_KEY/);
      return true;
    };

  it('is made at first need, for its owner alone, and once for all who race', async () => {
    const file = join(folder, 'master.key');
    await variables(folder).check();
    await variables(folder).create(call, plain);
    await assert.rejects(stat(file), 'nothing needed it yet');
    const [first, second] = [variables(folder), variables(folder)];
    await Promise.all([first.create(call, secret), second.create(systemCall('other'), secret)]);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.match(await readFile(file, 'utf8'), /^[0-9a-f]{64}\n$/);
    assert.equal(await second.getValue(call, secret.path), 'a secret');
    assert.equal(await first.getValue(systemCall('other'), secret.path), 'a secret');
    const given = (await readFile(file, 'utf8')).trim();
    assert.equal(await variables('/nowhere', given).getValue(call, secret.path), 'a secret');
  });

  it('says so when it is missing, wrong or damaged, and harms nothing', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'));
    const damaged = await mkdtemp(join(folder, 'damaged-'));
    await writeFile(join(damaged, 'master.key'), 'half a ke');
    const rows: [says: string, wrong: ReturnType<typeof variables>, words: RegExp][] = [
      ['missing', variables(empty), /is missing/],
      ['wrong', variables(empty, '0'.repeat(64)), /not the one that this database/],
      ['damaged', variables(damaged), /is damaged/],
    ];
    const more = { ...secret, path: 'f/team/more' };
    for (const [says, wrong, words] of rows) {
      await assert.rejects(wrong.check(), unavailable(words), says);
      await assert.rejects(wrong.getValue(call, secret.path), unavailable(words), says);
      await assert.rejects(wrong.create(call, more), unavailable(words), says);
      // A workspace without a key must not get one that nobody else can open.
      await assert.rejects(wrong.create(systemCall('new'), more), unavailable(words), says);
      await assert.rejects(wrong.rotateKey(call), unavailable(words), says);
      assert.equal(await wrong.getValue(call, plain.path), 'plain', says);
      assert.equal(await wrong.exists(call, more.path), false, says);
    }
    await assert.rejects(stat(join(empty, 'master.key')), 'no new key beside old secrets');
    assert.equal(await variables(folder).getValue(call, secret.path), 'a secret');
  });

  it('keeps clear text out of the table, and writers out of a rotation', async () => {
    const own = variables(folder);
    const stored = async () => {
      const shown = { decryptSecret: false, includeEncrypted: true };
      return (await own.get(call, secret.path, shown)).value ?? '';
    };
    const old = await stored();
    assert.ok(!Buffer.from(old.slice(4), 'base64').includes('a secret'));
    const writes = Array.from({ length: 10 }, (_, at) =>
      own.create(call, { ...secret, path: `f/team/raced${at}` }),
    );
    await Promise.all([...writes, own.rotateKey(call), own.rotateKey(call)]);
    assert.notEqual(await stored(), old);
    for (let at = 0; at < 10; at += 1) {
      assert.equal(await own.getValue(call, `f/team/raced${at}`), 'a secret');
    }
  });
});
