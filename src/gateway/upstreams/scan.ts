// Looks through what a tool says of itself for what is aimed at the model instead of describing the
// tool. Hidden characters never reach a model; everything else is shown to the admin who approves.

/** Tag characters, variation selectors, bidi controls, and what else has no width. */
export const hidden = new RegExp(
  `[${[
    String.raw`\u{E0000}-\u{E0FFF}\u{FE00}-\u{FE0F}`,
    String.raw`\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F`,
    String.raw`\u00AD\uFEFF`,
  ].join('')}]`,
  'gu',
);

export interface Flag {
  kind: 'hidden_unicode' | 'instruction' | 'other_tool' | 'secret_place' | 'address';
  excerpt: string;
}

const told = '(?:you|assistants?|the (?:assistant|model|ai|agent|llm))';
const patterns: readonly [Flag['kind'], RegExp][] = [
  [
    'instruction',
    /\b(?:ignore|disregard|forget|override)\b[^.]{0,40}\b(?:previous|prior|above|earlier|all)\b/i,
  ],
  ['instruction', /<\s*\/?\s*(?:important|system|instructions?|secret|critical|admin)\b/i],
  ['instruction', new RegExp(`\\b${told} (?:must|should|shall|have to|has to|need to)\\b`, 'i')],
  ['instruction', /\b(?:do not|don't|never) (?:tell|mention|inform|reveal|show|ask|notify)\b/i],
  [
    'instruction',
    /\b(?:before|after|instead of) (?:using|calling|invoking|running|you (?:use|call))\b/i,
  ],
  ['instruction', /\b(?:always|first|then) (?:call|invoke|run|read|send|pass|include|forward)\b/i],
  ['other_tool', /\b(?:\w+_(?:read|write)_actions|gateway_(?:search_actions|activate))\b/],
  [
    'secret_place',
    /~\/\.\w+|\bid_(?:rsa|ed25519)\b|\.env\b|\/etc\/(?:passwd|shadow)|\.aws\/|api[ _-]?keys?\b/i,
  ],
  ['address', /\bhttps?:\/\/[^\s"'<>]+/i],
];

const around = 60;

function excerptAt(text: string, index: number, length: number): string {
  return text.slice(Math.max(0, index - around), index + length + around).replaceAll(/\s+/g, ' ');
}

/** The text without what nobody sees. */
export const visible = (text: string): string => text.replaceAll(hidden, '');

/** Strings anywhere in a value, without what nobody sees. */
export function visibleIn<Value>(value: Value): Value {
  if (typeof value === 'string') return visible(value) as Value;
  if (Array.isArray(value)) return value.map(visibleIn) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, visibleIn(child)]);
  return Object.fromEntries(entries) as Value;
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) yield* stringsIn(child);
  }
}

/** `others`: names of tools that it has no business to mention. */
export function flagsOf(definition: unknown, others: readonly string[]): Flag[] {
  const flags: Flag[] = [];
  for (const text of stringsIn(definition)) {
    const codes = [...new Set(text.match(hidden) ?? [])].map(
      (one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
    );
    if (codes.length > 0) {
      flags.push({ kind: 'hidden_unicode', excerpt: codes.slice(0, 10).join(' ') });
    }
    const plain = visible(text);
    for (const [kind, pattern] of patterns) {
      const found = pattern.exec(plain);
      if (found) flags.push({ kind, excerpt: excerptAt(plain, found.index, found[0].length) });
    }
    for (const name of others) {
      const index = name.length < 5 || plain === name ? -1 : plain.indexOf(name);
      if (index >= 0) {
        flags.push({ kind: 'other_tool', excerpt: excerptAt(plain, index, name.length) });
      }
    }
  }
  return flags.slice(0, 50);
}
