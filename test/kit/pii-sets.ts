// Texts with personal values in known places, and texts that hold none, made from a seed: the same
// every time. For the test of detection, and for the bench that prints its figures.

export interface Sample {
  text: string;
  /** What must be found, as it stands in the text. */
  values: { type: string; value: string }[];
}

type Chance = () => number;

/** mulberry32: small, fast, and the same on every machine. */
function chance(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const firstNames = `Anna Jürgen Maria Łukasz José Ines Anna-Lena Émilie Sean Yusuf Chiara Björn Zoë
  Nguyen Olga Patrick Siobhán Marek Greta Thomas`.split(/\s+/);
const lastNames = `Müller Garcia O’Brien Kowalczyk Weiß Santos Schmidt-Krause Dubois Yılmaz Rossi
  Lindqvist Berger Novák Petrov MacDonald Haas Fischer Castellanos Ödegaard Meier`.split(/\s+/);
const words = `the order was shipped yesterday and reply by noon or see the board for details while
  build passed on branch main with status done before release version table row sprint`.split(
  /\s+/,
);
const domains = ['example.com', 'mail.example.co.uk', 'firma-beispiel.de', 'xn--bcher-kva.example'];

const ibanForms: Record<string, (digits: (count: number) => string) => string> = {
  DE: (digits) => digits(18),
  AT: (digits) => digits(16),
  NL: (digits) => `ABNA${digits(10)}`,
  GB: (digits) => `NWBK${digits(14)}`,
  CH: (digits) => digits(17),
  ES: (digits) => digits(20),
};

/** The check digits of ISO 7064 (mod 97-10). */
function ibanOf(country: string, account: string): string {
  const numbers = Array.from(`${account}${country}00`)
    .map((char) => parseInt(char, 36))
    .join('');
  const check = 98n - (BigInt(numbers) % 97n);
  return `${country}${String(check).padStart(2, '0')}${account}`;
}

function withLuhn(digits: string): string {
  let sum = 0;
  for (const [place, char] of Array.from(digits).toReversed().entries()) {
    const doubled = Number(char) * (place % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits + String((10 - (sum % 10)) % 10);
}

const groups = (text: string, size: number, gap: string): string =>
  (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(gap);

function makers(random: Chance) {
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  const below = (limit: number): number => Math.floor(random() * limit);
  const digits = (count: number): string => Array.from({ length: count }, () => below(10)).join('');
  const from = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () => pick(Array.from(alphabet))).join('');
  const plain = (name: string): string =>
    name
      .normalize('NFD')
      .replace(/[^A-Za-z]/g, '')
      .toLowerCase();
  const name = (): string => `${pick(firstNames)} ${pick(lastNames)}`;
  const hex = (count: number): string => from('0123456789abcdef', count);
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

  const email = (): string => {
    const [first, last] = [plain(pick(firstNames)), plain(pick(lastNames))];
    const local = pick([`${first}.${last}`, `${first}_${below(99)}`, `${first}+${last}`, first]);
    return `${local}@${pick(domains)}`;
  };
  const phone = (): string => {
    const subscriber = `${2 + below(7)}${digits(6)}`;
    const mobile = pick(['151', '160', '171', '176']);
    return pick([
      `+49 ${mobile} ${subscriber}${below(10)}`,
      `+4930${subscriber}`,
      `0049 30 ${subscriber}`,
      `0049-${mobile}-${subscriber}${below(10)}`,
      `+49 (0)89 ${subscriber}`,
      `030 ${subscriber}`,
      `(089) ${subscriber}`,
      `0171/${subscriber}`,
      `+44 20 7946 0${digits(3)}`,
      `+1 415 555 ${2 + below(7)}${digits(3)}`,
      `(212) 555-0${digits(3)}`,
      `+33 6 ${groups(`1${digits(7)}`, 2, ' ')}`,
    ]);
  };
  const iban = (): string => {
    const country = pick(Object.keys(ibanForms));
    const whole = ibanOf(country, ibanForms[country]?.(digits) ?? '');
    return pick([whole, groups(whole, 4, ' ')]);
  };
  const card = (): string => {
    const [begin, length] = pick([
      ['4', 16],
      ['51', 16],
      ['2221', 16],
      ['37', 15],
      ['6011', 16],
      ['3530', 16],
    ] as const);
    const whole = withLuhn(begin + digits(length - begin.length - 1));
    return pick([whole, groups(whole, 4, ' '), groups(whole, 4, '-')]);
  };
  const ip = (): string =>
    pick([
      [1 + below(126), below(256), below(256), below(256)].join('.'),
      ['192.168', below(256), below(256)].join('.'),
      `2001:db8:${hex(4)}:${hex(4)}:${hex(4)}:${hex(4)}:${hex(4)}:1${hex(3)}`,
      `fe80::${hex(3)}1:${hex(4)}`,
    ]);
  const secret = (): string =>
    pick([
      `ghp_${from(letters, 36)}`,
      `AKIA${from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
      `xoxb-${digits(12)}-${from(letters, 24)}`,
      `sk-proj-${from(letters, 40)}`,
      `sk_live_${from(letters, 24)}`,
      `glpat-${from(letters, 20)}`,
      `AIza${from(letters, 35)}`,
      `eyJ${from(letters, 20)}.eyJ${from(letters, 40)}.${from(letters, 43)}`,
    ]);
  const sentence = (): string => Array.from({ length: 4 + below(10) }, () => pick(words)).join(' ');
  /** Of many shapes, none of them anybody's. */
  const harmless = (): string =>
    pick([
      `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
      hex(40),
      `1${hex(6)}`,
      `20${10 + below(20)}-0${1 + below(9)}-1${below(10)}`,
      `1${below(10)}.0${1 + below(9)}.20${10 + below(20)}`,
      `20${10 + below(20)}-0${1 + below(9)}-1${below(10)}T0${below(10)}:${10 + below(49)}:00Z`,
      `17${digits(8)}`,
      `17${digits(11)}`,
      `v${below(20)}.${below(30)}.${below(99)}`,
      `version ${below(9)}.${below(9)}.${below(9)}.${below(200)}`,
      `PROJ-${digits(4)}`,
      `order 1${digits(7)}`,
      `1${digits(17)}`,
      `${below(999)}.${digits(2)} EUR`,
      `10:${10 + below(49)}-11:${10 + below(49)}`,
      `@team-${pick(words)}`,
      `git@github.com:acme/${pick(words)}.git`,
      `package@${below(9)}.${below(9)}.${below(9)}`,
      `00:1a:${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)}`,
      `std::${pick(words)}`,
      `sha256:${hex(64)}`,
    ]);
  return { pick, email, phone, iban, card, ip, secret, name, sentence, harmless };
}

/** `count` lines of `kind`, each with one value between words and harmless numbers. */
export function samplesOf(
  kind: 'EMAIL' | 'PHONE' | 'IBAN' | 'CARD' | 'IP' | 'SECRET',
  count: number,
): Sample[] {
  const make = makers(chance(kind.charCodeAt(0) * 31 + kind.charCodeAt(1)));
  const frames: ((value: string) => string)[] = [
    (value) => `${make.sentence()} ${value} ${make.sentence()}`,
    (value) => `${make.sentence()}: ${value}.`,
    (value) => `<td>${value}</td>`,
    (value) => `| ${make.sentence()} | **${value}** |`,
    (value) => `"${value}", ${make.harmless()}`,
    (value) => `${make.harmless()}\n${value}\n${make.harmless()}`,
    (value) => `(${value}) ${make.sentence()}`,
  ];
  return Array.from({ length: count }, () => {
    const value = make[kind.toLowerCase() as Lowercase<typeof kind>]();
    return { text: make.pick(frames)(value), values: [{ type: kind, value }] };
  });
}

export interface NameSample {
  /** The answer of a service: the name in a known field, and again in free text. */
  value: { author: { displayName: string }; body: string };
  name: string;
}

export function nameSamples(count: number): NameSample[] {
  const make = makers(chance(7));
  return Array.from({ length: count }, () => {
    const name = make.name();
    const [first = '', last = ''] = name.split(' ');
    const written = make.pick([
      name,
      name,
      name.toUpperCase(),
      `${last}, ${first}`,
      `${first}\n${last}`,
    ]);
    const body = `${make.sentence()} ${written}, ${make.sentence()}.`;
    return { name, value: { author: { displayName: name }, body } };
  });
}

/** `count` lines in which there is nothing to find. */
export function harmlessLines(count: number): string[] {
  const make = makers(chance(99));
  return Array.from(
    { length: count },
    () => `${make.sentence()} ${make.harmless()} ${make.sentence()}`,
  );
}
