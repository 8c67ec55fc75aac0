// Cron expressions as literal tables: when they come, in time zones with daylight saving, and what
// is refused with which words.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusal } from '../../../test/kit/identity.ts';
import { readCron, readLiveCron } from './cron.ts';

const at = (text: string): number => Date.parse(text);

function upcoming([schedule, timezone]: [string, string], after: string, count = 3): string[] {
  const ticks = readCron({ schedule, timezone }).upcoming(at(after), count);
  return ticks.map((tick) => new Date(tick).toISOString().replace(':00.000Z', 'Z'));
}

describe('cron expressions', () => {
  it('say when they come', () => {
    const rows: [schedule: string, after: string, ticks: string[]][] = [
      ['0 0 12 * * *', '2026-02-01T13:00Z', ['2026-02-02T12:00Z', '2026-02-03T12:00Z']],
      ['30 8 * * MON-FRI', '2026-02-06T09:00Z', ['2026-02-09T08:30Z', '2026-02-10T08:30Z']],
      ['0 0 12 L * *', '2026-01-31T13:00Z', ['2026-02-28T12:00Z', '2026-03-31T12:00Z']],
      ['0 0 12 15W * *', '2026-02-01T00:00Z', ['2026-02-16T12:00Z', '2026-03-16T12:00Z']],
      ['0 0 12 * * FRI#2', '2026-02-01T00:00Z', ['2026-02-13T12:00Z', '2026-03-13T12:00Z']],
      ['0 0 12 * * 5L', '2026-02-01T00:00Z', ['2026-02-27T12:00Z', '2026-03-27T12:00Z']],
      ['0 0 12 ? * 0', '2026-02-01T13:00Z', ['2026-02-08T12:00Z', '2026-02-15T12:00Z']],
      ['0 0 0 29 2 *', '2026-02-01T00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    ];
    for (const [schedule, after, ticks] of rows) {
      assert.deepEqual(upcoming([schedule, 'UTC'], after, 2), ticks, schedule);
    }
  });

  it('begin with seconds; five fields get a second of 0', () => {
    assert.equal(readCron({ schedule: ' 5  4 * * * ', timezone: 'UTC' }).schedule, '0 5 4 * * *');
    const ticks = readCron({ schedule: '*/20 * * * * *', timezone: 'UTC' });
    assert.equal(ticks.next(at('2026-02-01T00:00:05Z')), at('2026-02-01T00:00:20Z'));
    assert.equal(ticks.next(at('2026-02-01T00:00:20Z')), at('2026-02-01T00:00:40Z'));
  });

  it('run right after the gap in spring, and once in the doubled hour of autumn', () => {
    const zone = 'Europe/Berlin';
    assert.deepEqual(upcoming(['0 30 2 * * *', zone], '2026-03-28T12:00Z'), [
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
      '2026-03-31T00:30Z',
    ]);
    assert.deepEqual(upcoming(['0 30 2 * * *', zone], '2026-10-24T12:00Z'), [
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
      '2026-10-27T01:30Z',
    ]);
    // Also seen from inside the doubled hour, as after a restart.
    const inside = readCron({ schedule: '0 30 2 * * *', timezone: zone });
    assert.equal(inside.next(at('2026-10-25T00:45Z')), at('2026-10-26T01:30Z'));
  });

  it('follow the time that passes when they are intervals', () => {
    const hourly = upcoming(['0 30 * * * *', 'Europe/Berlin'], '2026-10-24T23:45Z', 4);
    assert.deepEqual(hourly, [
      '2026-10-25T00:30Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:30Z',
      '2026-10-25T03:30Z',
    ]);
    const spring = upcoming(['0 30 * * * *', 'America/New_York'], '2026-03-08T06:00Z', 3);
    assert.deepEqual(spring, ['2026-03-08T06:30Z', '2026-03-08T07:30Z', '2026-03-08T08:30Z']);
    const halfHour = upcoming(['0 15 2 * * *', 'Australia/Lord_Howe'], '2026-10-03T00:00Z', 2);
    assert.deepEqual(halfHour, ['2026-10-03T15:30Z', '2026-10-04T15:15Z']);
  });

  it('are refused with what is wrong', () => {
    const rows: [schedule: string, timezone: string, words: RegExp][] = [
      ['0 0 12 30 2 *', 'UTC', /never comes/],
      ['0 0 12 31 4 *', 'UTC', /never comes/],
      ['0 0 25 * * *', 'UTC', /cannot be read: invalid value for hour: 25.*six fields/],
      ['* * *', 'UTC', /3 fields instead of six/],
      ['0 0 0 1 1 * 2030', 'UTC', /7 fields/],
      ['@daily', 'UTC', /1 fields/],
      ['0 0 12 * * FOO', 'UTC', /cannot be read/],
      ['*/0 * * * * *', 'UTC', /cannot be read/],
      [
        '0 0 12 * * *',
        'Europe/Pariss',
        /no time zone "Europe\/Pariss".*Did you mean Europe\/Paris/,
      ],
      ['0 0 12 * * *', '+02:00', /no time zone/],
      ['0 0 12 * * *', '../../etc', /no time zone/],
      [`${'1,'.repeat(95)}1 * * * * x`, 'UTC', /cannot be read/],
    ];
    for (const [schedule, timezone, words] of rows) {
      assert.throws(
        () => readLiveCron({ schedule, timezone }, at('2026-02-01T00:00Z')),
        refusal('invalid_input', words),
        schedule,
      );
    }
  });

  it('count weekdays from Sunday = 0; what v1 counts otherwise is refused', () => {
    const v1 = { timezone: 'UTC', cronVersion: 'v1' };
    assert.throws(() => readCron({ ...v1, schedule: '0 0 12 * * 1' }), refusal('invalid_input'));
    assert.throws(
      () => readCron({ ...v1, schedule: '0 0 12 1 * MON' }),
      refusal('invalid_input', /counted differently/),
    );
    assert.ok(readCron({ ...v1, schedule: '0 0 12 * * MON' }));
  });
});
