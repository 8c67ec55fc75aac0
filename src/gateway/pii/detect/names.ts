// Names of people that are known from fields or the directory, found again in free text: as they
// stand, in capitals, `Last, First`, and without accents. Nobody's name is guessed.

const separator = /[\s\u00a0,]+/;
const between = /(?:,?[ \t\u00a0\u202f]{1,2}|,?\s?\r?\n\s{0,8})/y;
const letter = /[\p{L}\p{N}]/u;
const wordPart = /[\p{L}\p{N}.'’\p{M}-]/u;
const capitalised = String.raw`\p{Lu}[\p{L}.'’-]*`;
const small = '(?:d[aeiu]|v[ao]n|der|den|le|la|zu|zum|bin|al)';
const capitals = new RegExp(`^${capitalised}(?:,? (?:${small} )*${capitalised}){1,4}$`, 'u');
/** What systems write where nobody stands. */
const nobody = new Set(
  `admin administrator anonymous automation bot deleted everyone former guest nobody none null owner
  root service support system team test undefined unassigned unknown user users`.split(/\s+/),
);

const withoutAccents = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '');
const umlauts: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };
const spelledOut = (text: string): string => text.replace(/[äöüß]/g, (char) => umlauts[char] ?? '');

/** `weiß` is `WEISS` in capitals, and that is `weiss` again. */
const inCapitals = (text: string): string => text.toUpperCase().toLowerCase();

const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;

/** The first three characters of a word, folded, as an index of a small table. */
function slotOf(text: string, at: number): number {
  let slot = 0;
  for (let place = 0; place < 3; place += 1) {
    const code = text.charCodeAt(at + place);
    if (isLetter(code)) slot = slot * 27 + (code & 31);
    // Accents are told apart at the beginning only, where names and words seldom share one.
    else if (code >= 128 && place === 0) {
      slot = (text[at] ?? '').toLowerCase().charCodeAt(0);
    } else slot *= 27;
  }
  return slot & 0x7fff;
}

export interface NameIndex {
  add(name: string): void;
  /** The end of the longest name that begins at `start`, where a word does. */
  endAt(text: string, start: number): number | undefined;
}

/** Is this a name worth searching for? Placeholders, addresses and numbers are not. */
export function isName(text: string): boolean {
  const words = text.split(separator).filter((word) => word !== '');
  if (text.length < 2 || text.length > 80 || words.length > 6) return false;
  if (!/\p{L}{2}/u.test(text) || /[@\d:/\\{}[\]|<>⟦]/.test(text)) return false;
  return !words.every((word) => nobody.has(word.toLowerCase()));
}

/** Two to five words with capitals: a name even where the field does not promise one. */
export const looksLikeName = (text: string): boolean => isName(text) && capitals.test(text);

/** The forms in which people write a name of several words. */
function formsOf(words: readonly string[]): (readonly string[])[] {
  const last = words.at(-1) ?? '';
  return [words, [last, ...words.slice(0, -1)]];
}

export function createNameIndex(names: Iterable<string>): NameIndex {
  const slots = new Uint8Array(0x8000);
  const byFirst = new Map<string, (readonly string[])[]>();

  function addForm(words: readonly string[]): void {
    const [first = ''] = words;
    const known = byFirst.get(first) ?? [];
    if (known.some((each) => each.join(' ') === words.join(' '))) return;
    // The longest first: `Anna Maria Lee` before `Anna Maria`.
    byFirst.set(
      first,
      [...known, words].toSorted((a, b) => b.length - a.length),
    );
    slots[slotOf(first, 0)] = 1;
  }

  function add(name: string): void {
    const words = name.split(separator).filter((word) => letter.test(word));
    if (words.length < 2) return;
    const lower = words.map((word) => word.toLowerCase());
    const spellings = [
      lower,
      lower.map(inCapitals),
      lower.map(withoutAccents),
      lower.map(spelledOut),
    ];
    for (const spelling of spellings) {
      for (const form of formsOf(spelling)) addForm(form);
    }
  }

  for (const name of names) add(name);

  function endOfWords(text: string, start: number, words: readonly string[]): number | undefined {
    let at = start;
    for (const [place, word] of words.entries()) {
      if (place > 0) {
        between.lastIndex = at;
        const gap = between.exec(text)?.[0];
        if (gap === undefined) return undefined;
        at += gap.length;
      }
      if (text.slice(at, at + word.length).toLowerCase() !== word) return undefined;
      at += word.length;
    }
    return letter.test(text[at] ?? '') ? undefined : at;
  }

  function endFrom(text: string, start: number, first: string): number | undefined {
    for (const words of byFirst.get(first) ?? []) {
      const found = endOfWords(text, start, words);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return {
    add,

    endAt(text, start) {
      if (slots[slotOf(text, start)] === 0) return undefined;
      let end = start;
      while (wordPart.test(text[end] ?? '')) end += 1;
      const word = text.slice(start, end).toLowerCase();
      const found = endFrom(text, start, word);
      if (found !== undefined || !/[.'’-]/.test(word)) return found;
      // A full stop or a hyphen may end the sentence, or belong to the name (`Dr.`, `Anna-Lena`).
      const stems = [word.replace(/[.'’-].*$/, ''), word.replace(/[.'’-]+$/, '')];
      return endFrom(text, start, stems[0] ?? '') ?? endFrom(text, start, stems[1] ?? '');
    },
  };
}
