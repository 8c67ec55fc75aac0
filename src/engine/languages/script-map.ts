// The source map of a bundle, reduced to the scripts in it, so that the stack of an error names the
// lines that people wrote. What packages brought stays unmapped: it is most of a bundle, and
// nobody's to correct. Travels as the last line of the code, a standard inline source map.

interface SourceMap {
  version: number;
  sources: string[];
  names: string[];
  mappings: string;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const valueOf = new Map(Array.from(digits, (digit, value) => [digit.charCodeAt(0), value]));

/** The numbers of one segment (base 64 VLQ, ECMA-426). */
function decode(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (let at = 0; at < segment.length; at += 1) {
    const bits = valueOf.get(segment.charCodeAt(at)) ?? 0;
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

function encode(number: number): string {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    const bits = rest & 31;
    rest >>>= 5;
    text += digits.charAt(rest > 0 ? bits | 32 : bits);
  } while (rest > 0);
  return text;
}

type Position = [source: number, line: number, column: number];

/** Writes segments relative to the last one, as the format asks. */
function segmentWriter() {
  let last: Position = [0, 0, 0];
  return (position: Position | null, columns: number): string => {
    if (position === null) return encode(columns);
    const [source, line, column] = position;
    const deltas = [columns, source - last[0], line - last[1], column - last[2]];
    last = position;
    return deltas.map(encode).join('');
  };
}

/** The mappings with those of other sources replaced by "from no source", one for each stretch. */
function reduce(mappings: string, newIndex: readonly (number | undefined)[]): string {
  const write = segmentWriter();
  const at: Position = [0, 0, 0];
  let mapped = true;
  const reduceLine = (line: string): string => {
    const kept: string[] = [];
    let column = 0;
    let keptColumn = 0;
    for (const segment of line === '' ? [] : line.split(',')) {
      const numbers = decode(segment);
      column += numbers[0] ?? 0;
      if (numbers.length >= 4) {
        for (const part of [0, 1, 2] as const) at[part] += numbers[part + 1] ?? 0;
      }
      const source = numbers.length >= 4 ? newIndex[at[0]] : undefined;
      // One such mark holds until the next mapped place, however many lines later.
      if (source === undefined && !mapped) continue;
      mapped = source !== undefined;
      const position: Position | null = source === undefined ? null : [source, at[1], at[2]];
      kept.push(write(position, column - keptColumn));
      keptColumn = column;
    }
    return kept.join(',');
  };
  return mappings.split(';').map(reduceLine).join(';');
}

/** Without the empty lines at the end. (`/;+$/` takes quadratic time on the empty lines inside.) */
function withoutTail(mappings: string): string {
  let end = mappings.length;
  while (end > 0 && mappings[end - 1] === ';') end -= 1;
  return mappings.slice(0, end);
}

/**
 * The comment for code in which `headLines` lines stand before the first of the bundle that
 * `sourceMap` describes. Sources are named by the paths of scripts.
 */
export function scriptMapComment(sourceMap: string, headLines: number): string {
  const map = JSON.parse(sourceMap) as SourceMap;
  const paths: string[] = [];
  const newIndex = map.sources.map((source) => {
    const path = /(?:^|\/)script:(.*)$/.exec(source)?.[1];
    return path === undefined ? undefined : paths.push(path) - 1;
  });
  const mappings = withoutTail(`A${';'.repeat(headLines)}${reduce(map.mappings, newIndex)}`);
  const reduced: SourceMap = { version: 3, sources: paths, names: [], mappings };
  const encoded = Buffer.from(JSON.stringify(reduced)).toString('base64');
  return `//# sourceMappingURL=data:application/json;base64,${encoded}`;
}
