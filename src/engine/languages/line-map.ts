// Which line of which script a line of a bundle came from, so that an error's stack can name the
// lines that people wrote. It travels as the last line of the code, a comment of a few bytes a
// function; source maps of whole bundles are kept nowhere.

/** Lines `[from, from + count)` of the code are lines `[line, line + count)` of the script. */
type Run = [from: number, line: number, count: number];
type Lines = Record<string, Run[]>;

const marker = '//# millrace-lines=';
/** The body has one line before the first of the bundle: see `functionBody`. */
const headLines = 1;

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digitOf = new Map([...digits].map((digit, value) => [digit, value]));

/** The numbers of one segment of a source map (base 64 VLQ, ECMA-426). */
function numbersOf(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = digitOf.get(digit) ?? 0;
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

function addLine(runs: Run[], from: number, line: number): void {
  const last = runs.at(-1);
  if (last && last[0] + last[2] === from && last[1] + last[2] === line) last[2] += 1;
  else runs.push([from, line, 1]);
}

/** The comment that stands for a source map: only lines, only of scripts. */
export function lineMap(sourceMap: string): string {
  if (sourceMap === '') return '';
  const { sources, mappings } = JSON.parse(sourceMap) as { sources: string[]; mappings: string };
  const paths = sources.map((source) => /(?:^|\/)script:(.*)$/.exec(source)?.[1]);
  const lines: Lines = {};
  let source = 0;
  let line = 0;
  mappings.split(';').forEach((segments, index) => {
    let seen = false;
    for (const segment of segments === '' ? [] : segments.split(',')) {
      const numbers = numbersOf(segment);
      if (numbers.length < 4) continue;
      source += numbers[1] ?? 0;
      line += numbers[2] ?? 0;
      const path = paths[source];
      if (seen || path === undefined) continue;
      seen = true;
      addLine((lines[path] ??= []), index + 1 + headLines, line + 1);
    }
  });
  return `${marker}${JSON.stringify(lines)}`;
}

function readLines(code: string): Lines {
  const at = code.lastIndexOf(`\n${marker}`);
  if (at === -1) return {};
  return JSON.parse(code.slice(at + 1 + marker.length)) as Lines;
}

/** The place in a script of line `line` (from 1) of a bundle's code; undefined for package code. */
export function originalLine(
  code: string,
  line: number,
): { path: string; line: number } | undefined {
  for (const [path, runs] of Object.entries(readLines(code))) {
    const run = runs.find(([from, , count]) => from <= line && line < from + count);
    if (run) return { path, line: run[1] + line - run[0] };
  }
  return undefined;
}
