// What is found and what is left alone, on generated sets and on cases that went wrong elsewhere.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AppError } from '../../../base/index.ts';
import { harmlessLines, nameSamples, samplesOf } from '../../../../test/kit/pii-sets.ts';
import { createProtection } from '../protection.ts';
import { piiTypes } from '../pii-type.ts';
import { compilePattern } from './custom.ts';
import { createNameIndex } from './names.ts';
import { loadScanner } from './load.ts';
import type { FieldSense, Scanner } from './scan.ts';

describe('detection', () => {
  let scanner: Scanner;
  before(async () => {
    scanner = await loadScanner({ types: piiTypes, phoneRegions: ['DE', 'US'], patterns: [] });
  });

  const found = (text: string, sense?: FieldSense, names: string[] = []): string[] =>
    scanner
      .scan(text, [createNameIndex(names)], sense)
      .map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);

  it('D02 finds 99 of 100 structured values, and 95 of 100 finds are right', () => {
    let right = 0;
    let all = 0;
    for (const kind of ['EMAIL', 'PHONE', 'IBAN', 'CARD', 'IP', 'SECRET'] as const) {
      const samples = samplesOf(kind, 300);
      let met = 0;
      for (const { text, values } of samples) {
        const hits = found(text);
        all += hits.length;
        const hit = values.filter(({ type, value }) => hits.includes(`${type} ${value}`)).length;
        met += hit;
      }
      right += met;
      assert.ok(met / samples.length >= 0.99, `${kind}: ${met} of ${samples.length}`);
    }
    for (const line of harmlessLines(2000)) all += found(line).length;
    assert.ok(right / all >= 0.95, `${right} of ${all} finds are right`);
  });

  it('D02 finds 95 of 100 names of known fields again in the text', () => {
    const samples = nameSamples(300);
    const met = samples.filter(({ value }) => {
      const protection = createProtection({ scanner, names: [], nameFields: [] });
      return protection.search(value).fields.length === 2;
    });
    assert.ok(met.length / samples.length >= 0.95, `${met.length} of ${samples.length}`);
  });

  const cases: [what: string, text: string, expected: string[]][] = [
    ['an address in a URL', 'https://x.de/?to=ann%40example.com&x=1', ['EMAIL ann%40example.com']],
    ['an address in HTML', '<a>ann&#64;example.com</a>', ['EMAIL ann&#64;example.com']],
    ['an address with umlauts', 'an jürgen@müller.de!', ['EMAIL jürgen@müller.de']],
    ['an escaped line break before', String.raw`to\nann@example.com`, ['EMAIL ann@example.com']],
    ['a sentence that ends', 'Write to ann@example.com. Thanks', ['EMAIL ann@example.com']],
    ['several numbers in a row', '+49 30 901820 12345678', ['PHONE +49 30 901820']],
    ['a number without country', 'Tel. 030901820', ['PHONE 030901820']],
    ['a card with its expiry', '4111 1111 1111 1111 12/27 123', ['CARD 4111 1111 1111 1111']],
    ['a wrong check digit', '4111 1111 1111 1112', []],
    ['an IBAN in small letters', 'de89370400440532013000', ['IBAN de89370400440532013000']],
    [
      'an IBAN and what follows',
      'DE89 3704 0044 0532 0130 00 BIC',
      ['IBAN DE89 3704 0044 0532 0130 00'],
    ],
    ['an address with its port', 'from 198.51.100.7:8080', ['IP 198.51.100.7']],
    ['IPv6 in a URL', 'http://[2001:db8::8a2e:370:7334]/', ['IP 2001:db8::8a2e:370:7334']],
    ['a password in a URL', 'postgres://app:s3cr3tpw@db.example.com/x', ['SECRET s3cr3tpw']],
    ['a header', 'authorization: Bearer abcdef0123456789abcdef', ['SECRET abcdef0123456789abcdef']],
    ['hosts of nobody', '127.0.0.1 0.0.0.0 255.255.255.0 ::1', []],
    ['a browser', 'Chrome/120.0.0.0 Safari/537.36', []],
    ['a device', '50:06:01:60:08:60:2a:12 and 00:1a:2b:3c:4d:5e', []],
    ['a UUID of digits', '44665544-0000-4111-8111-030901820123', []],
    ['dates and times', '21.11.2026 10:30, 2026-11-21T10:30:00.123Z, 01/02/2026', []],
    ['versions', 'v1.2.3, version 1.2.3.4, node@24.21.0', []],
    ['numbers of things', 'SKU 0049-1234-XL, EAN 4006381333931, 1234 5678 9012, +1000', []],
    ['words like keys', 'sk-estimator-something-long-name, basic understanding, secret_santa', []],
    ['a repository', 'git@github.com:acme/app.git', []],
    ['a token', '⟦EMAIL_1:ma•••@gmail.com⟧ ⟦PHONE_2:+49•••17⟧ ⟦IP_3⟧', []],
    ['a value in a token', '⟦EMAIL_1:ann@example.com⟧', ['EMAIL ann@example.com']],
    ['masks', 'ma***@gmail.com', []],
  ];
  for (const [what, text, expected] of cases) {
    it(`D01 ${what}`, () => assert.deepEqual(found(text), expected));
  }

  it('D01 a private key over lines', () => {
    const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(10);
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${body}-----END RSA PRIVATE KEY-----`;
    assert.deepEqual(found(`key:\n${key}\nend`), [`SECRET ${key}`]);
  });

  it('digits mean what their field says', () => {
    assert.deepEqual(found('030901820', 'phone'), ['PHONE 030901820']);
    assert.deepEqual(found('4111111111111111', 'plain'), []);
    assert.deepEqual(found('030 901820', 'plain'), []);
  });

  it('names are found in every form, and inside no other word', () => {
    const names = ['Anna-Lena Weiß', 'José García', 'Thomas Berg'];
    const text =
      'ANNA-LENA WEISS, García, José; jose garcia; Thomas\n Berg. Thomas Bergmann, der Berg';
    assert.deepEqual(found(text, undefined, names), [
      'NAME ANNA-LENA WEISS',
      'NAME García, José',
      'NAME jose garcia',
      'NAME Thomas\n Berg',
    ]);
  });

  it('patterns of admins find their values, and never within tokens', async () => {
    const patterns = [{ type: 'CUSTOMER', pattern: 'C-\\d{4,8}|EMAIL' }];
    const own = await loadScanner({ types: ['EMAIL'], phoneRegions: [], patterns });
    const text = '⟦EMAIL_1⟧ C-12345 and ann@example.com';
    const hits = own.scan(text, []).map(({ start, end }) => text.slice(start, end));
    assert.deepEqual(hits, ['C-12345', 'ann@example.com']);
  });

  for (const pattern of [
    '(a+)+b',
    'a*b',
    '\\d+',
    '(a|a){30}',
    '(?=x)y',
    '(a)\\1',
    'x{2,}',
    '(?:a{1,50}){1,50}',
    'a{1,90}b{1,90}',
    '[',
    'a?',
    '(?<n>a)',
  ]) {
    it(`the pattern ${pattern} is refused`, () => {
      assert.throws(
        () => compilePattern({ type: 'OWN', pattern }),
        (error) => error instanceof AppError && error.code === 'invalid_input',
      );
    });
  }

  it('hostile text costs no more than its length', () => {
    for (const text of [
      'a@'.repeat(200_000),
      '+1 '.repeat(200_000),
      '0000 '.repeat(200_000),
      ':'.repeat(400_000),
      '://'.repeat(200_000),
      '-----BEGIN '.repeat(50_000),
      'eyJ'.repeat(200_000),
      '⟦EMAIL_1:'.repeat(50_000),
      '12.'.repeat(200_000),
      'x'.repeat(400_000) + '@'.repeat(10_000),
    ]) {
      // Squared costs would be hours.
      assert.ok(found(text, undefined, ['Ann Lee']).length < text.length);
    }
  });
});
