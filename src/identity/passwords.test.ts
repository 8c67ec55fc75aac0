// Passwords: the stored form, what is right and wrong, and that nobody costs as much as somebody.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../base/index.ts';
import { createPasswords } from './passwords.ts';

const passwords = createPasswords();

describe('passwords', () => {
  it('are stored as argon2id with OWASP’s costs and a salt of their own', async () => {
    const [one, two] = await Promise.all([passwords.hash('same'), passwords.hash('same')]);
    const shape = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;
    assert.match(one, shape);
    assert.match(two, shape);
    assert.notEqual(one, two);
  });

  it('are right or wrong', async () => {
    const stored = await passwords.hash('pässword');
    const rows: [given: string, right: boolean][] = [
      ['pässword', true],
      // The same letters, composed otherwise by another keyboard.
      ['pa\u0308ssword', true],
      ['Pässword', false],
      ['pässword ', false],
      ['', false],
      [stored, false],
    ];
    for (const [given, right] of rows) {
      assert.equal(await passwords.verify(given, stored), right, given);
    }
  });

  it('are checked at the costs that they were stored with', async () => {
    const stored = await passwords.hash('secret');
    const cheap = stored.replace('m=19456', 'm=64');
    assert.notEqual(cheap, stored);
    assert.equal(await passwords.verify('secret', stored), true);
    assert.equal(await passwords.verify('secret', cheap), false);
  });

  it('fit nobody, and nothing that is no hash', async () => {
    const tag = Buffer.alloc(32).toString('base64').replaceAll('=', '');
    for (const stored of [undefined, null, '', 'secret', `$argon2i$v=19$m=64,t=2,p=1$a$${tag}`]) {
      assert.equal(await passwords.verify('secret', stored), false);
      assert.equal(await passwords.verify('', stored), false);
    }
  });

  it('of nobody are checked as hard as those of somebody', async () => {
    const stored = await passwords.hash('secret');
    const cpuOf = async (run: () => Promise<unknown>): Promise<number> => {
      const before = process.cpuUsage();
      for (let round = 0; round < 2; round += 1) await run();
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const known = await cpuOf(() => passwords.verify('wrong', stored));
    const nobody = await cpuOf(() => passwords.verify('wrong', undefined));
    // Without the dummy hash this would be a hundredth.
    assert.ok(nobody > known / 3 && known > nobody / 3, `${known} and ${nobody} µs`);
  });

  it('are refused when too many come at a time, and then taken again', async () => {
    const few = createPasswords({ maxUnderWay: 2 });
    const crowd = await Promise.allSettled(
      ['a', 'b', 'c'].map((given) => few.verify(given, undefined)),
    );
    const [one, two, three] = crowd;
    assert.deepEqual(
      [one?.status, two?.status, three?.status],
      ['fulfilled', 'fulfilled', 'rejected'],
    );
    const { reason } = three as PromiseRejectedResult;
    assert.ok(reason instanceof AppError && reason.code === 'unavailable');
    assert.equal(await few.verify('x', undefined), false);
  });
});
