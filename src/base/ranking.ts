// Which of a set of short texts fit some words best: BM25 (Robertson, Zaragoza 2009) in memory.
// For hundreds to thousands of texts that change rarely; the database is not asked.

/** One text in parts; a word in a part of weight 3 counts like three. */
export type RankedText = readonly { text: string; weight: number }[];

export interface Ranked {
  /** Position in the set. */
  index: number;
  /** Above 0; comparable within one search only. */
  score: number;
}

export interface Ranking {
  /** The best first, at most `limit`; the same order each time. */
  search(words: string, limit: number): Ranked[];
}

/** How fast repetition of a word stops counting, and how much long texts are held back. */
const saturation = 1.2;
const lengthShare = 0.75;
/** More words than this are no question. */
const maxWords = 40;
const shortestBeginning = 3;

/** Words that every question has and no text is about. */
const empty = new Set(
  (
    'a an and are as at be by can could do does for from have how i if in into is it its let me ' +
    'my not of on or should so than that the their them then there they this to want was we what ' +
    'when where which who why will with would you your'
  ).split(' '),
);

/** `jobs`, `running`, `stopped` → `job`, `run`, `stop`: crude, and the same on both sides. */
function stem(word: string): string {
  if (word.length < 4) return word;
  const bare = word.replace(/(?:ies|es|s)$/, '').replace(/(?:ing|ed|al|e|y)$/, '');
  return bare.length < 3 ? word : bare.replace(/(.)\1$/, '$1');
}

/** The words of a text: names are also taken apart (`createScript` → create, script). */
function wordsOf(text: string): string[] {
  const apart = text.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase();
  const words = apart.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !empty.has(word)).map(stem);
}

interface Posting {
  index: number;
  weight: number;
}

export function createRanking(texts: readonly RankedText[]): Ranking {
  const postings = new Map<string, Posting[]>();
  const lengths = texts.map((parts, index) => {
    const weights = new Map<string, number>();
    let length = 0;
    for (const { text, weight } of parts) {
      for (const word of wordsOf(text)) {
        weights.set(word, (weights.get(word) ?? 0) + weight);
        length += 1;
      }
    }
    for (const [word, weight] of weights) {
      const list = postings.get(word) ?? [];
      list.push({ index, weight });
      postings.set(word, list);
    }
    return length;
  });
  const average = Math.max(1, lengths.reduce((sum, one) => sum + one, 0) / (texts.length || 1));

  const inOrder = [...postings.keys()].toSorted();

  /** Where the first word at or after `word` stands in order. */
  function placeOf(word: string): number {
    let low = 0;
    let high = inOrder.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((inOrder[middle] ?? word) < word) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The word itself, or the known ones that begin with it: people search while they type. */
  function known(word: string): Posting[][] {
    const exact = postings.get(word);
    if (exact) return [exact];
    if (word.length < shortestBeginning) return [];
    const found: Posting[][] = [];
    for (let place = placeOf(word); inOrder[place]?.startsWith(word); place += 1) {
      found.push(postings.get(inOrder[place] ?? '') ?? []);
    }
    return found;
  }

  return {
    search(words, limit) {
      const scores = new Map<number, number>();
      for (const word of new Set(wordsOf(words).slice(0, maxWords))) {
        for (const list of known(word)) {
          const rarity = Math.log(1 + (texts.length - list.length + 0.5) / (list.length + 0.5));
          for (const { index, weight } of list) {
            const relative = (lengths[index] ?? 0) / average;
            const held = saturation * (1 - lengthShare + lengthShare * relative);
            const gain = (rarity * weight * (saturation + 1)) / (weight + held);
            scores.set(index, (scores.get(index) ?? 0) + gain);
          }
        }
      }
      return [...scores]
        .map(([index, score]) => ({ index, score }))
        .toSorted((a, b) => b.score - a.score || a.index - b.index)
        .slice(0, limit);
    },
  };
}
