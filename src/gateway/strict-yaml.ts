// YAML that people write (hooks, extensions), read strictly, with line and column of everything
// that is wrong. Anchors, aliases, merge keys and tags are refused before anything is expanded, so
// no file is larger than it looks.
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { z } from 'zod';
import { AppError } from '../base/index.ts';

const maxSourceBytes = 65_536;
const maxDepth = 40;
const maxNodes = 10_000;
/** The parser's time grows with these, by 20 µs each where they are errors. */
const maxSigns = 8000;
const maxProblems = 20;

export interface SourceProblem {
  /** Both begin with 1. */
  line: number;
  column: number;
  /** Such as `hooks.0.match`; empty for the whole file. */
  path: string;
  message: string;
}

/** What a file is of, and where people read how one looks. */
export interface Wanted<Value> {
  what: string;
  page: string;
  schema: z.ZodType<Value>;
}

export function invalidSource(
  problems: readonly SourceProblem[],
  { what, page }: Pick<Wanted<unknown>, 'what' | 'page'>,
): AppError {
  const [first] = problems;
  const where = first ? `line ${first.line}, column ${first.column}` : 'line 1, column 1';
  const at = first?.path ? ` (${first.path})` : '';
  const more = problems.length > 1 ? ` And ${problems.length - 1} more.` : '';
  return new AppError(
    'invalid_input',
    `This is no valid ${what}: ${where}${at}: ${first?.message ?? 'it is empty'}.${more}`,
    {
      hint: `Every problem stands in details.problems; ${page} shows all fields.`,
      details: { problems: problems.slice(0, maxProblems) },
    },
  );
}

/** A problem of no place in particular. */
export const whole = (message: string): SourceProblem => ({
  line: 1,
  column: 1,
  path: '',
  message,
});

/**
 * Nesting is counted before parsing, because the parser recurses: brackets in texts count too,
 * which is why the bound is far above what anybody needs.
 */
function isTooMuch(text: string): boolean {
  let depth = 0;
  let signs = 0;
  for (const sign of text) {
    if (',:&*!?"\''.includes(sign)) signs += 1;
    if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth = Math.max(0, depth - 1);
    if (depth > 200 || signs > maxSigns) return true;
  }
  return /(?:^|\n)(?:[ \t]*[-?:] ){40}/.test(text) || /(?:^|\n) {400}/.test(text);
}

function repeatedKey(map: YAMLMap): { offset: number; message: string } | undefined {
  const seen = new Set<unknown>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const message = `the key ${String(key.value)} stands here twice: keys are unique`;
    if (seen.has(key.value)) return { offset: key.range?.[0] ?? 0, message };
    seen.add(key.value);
  }
  return undefined;
}

/** What YAML can do and these files must not. */
function forbidden(document: Document.Parsed): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  let nodes = 0;
  visit(document, (_, node, path) => {
    nodes += 1;
    const offset = (isNode(node) && node.range?.[0]) || 0;
    const refuse = (message: string) => {
      found.push({ offset, message });
      return visit.BREAK;
    };
    if (nodes > maxNodes) return refuse('it is nested too deeply, or holds too many values');
    if (path.length > maxDepth * 2)
      return refuse('it is nested too deeply, or holds too many values');
    if (isAlias(node)) return refuse('aliases are not taken: write the value again');
    if (isPair(node)) {
      const { key } = node;
      const at = (isNode(key) && key.range?.[0]) || 0;
      if (!isScalar(key) || typeof key.value !== 'string') {
        found.push({ offset: at, message: 'a key is a text' });
        return visit.BREAK;
      }
      const message =
        key.value === '<<'
          ? 'merge keys are not taken: write the fields again'
          : key.value === '__proto__'
            ? 'no field has this name'
            : undefined;
      if (message === undefined) return undefined;
      found.push({ offset: at, message });
      return visit.BREAK;
    }
    if (!isNode(node)) return undefined;
    const twice = isMap(node) ? repeatedKey(node) : undefined;
    if (twice) {
      found.push(twice);
      return visit.BREAK;
    }
    if ('anchor' in node && node.anchor) return refuse('anchors are not taken');
    if (node.tag !== undefined) return refuse('tags are not taken');
    return undefined;
  });
  return found;
}

/** Where the value at `path` begins; a field that is missing is where its object is. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], key?: string): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    if (key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    return node.range?.[0] ?? 0;
  }
  return 0;
}

type Issue = z.core.$ZodIssue;

/** Of a union, what the nearest of its members says: the one that got furthest. */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const depth = ({ path }: Issue): number => path.length;
  const inner = issue.errors.flat().toSorted((a, b) => depth(b) - depth(a))[0];
  return inner ? { ...innermost(inner), path: [...issue.path, ...inner.path] } : issue;
}

/** Throws `invalid_input`, whose details say every problem with line and column. */
export function readYaml<Value>(source: string, wanted: Wanted<Value>): Value {
  const invalid = (problems: readonly SourceProblem[]) => invalidSource(problems, wanted);
  if (Buffer.byteLength(source) > maxSourceBytes) {
    throw invalid([whole(`it is larger than ${maxSourceBytes} bytes`)]);
  }
  if (/^%/m.test(source)) throw invalid([whole('directives are not taken: no line begins with %')]);
  if (source.includes('\0')) throw invalid([whole('it holds a NUL character')]);
  if (isTooMuch(source))
    throw invalid([whole('it is nested too deeply, or holds too many values')]);
  const lines = new LineCounter();
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    // Silent, it would read the first of several documents and say nothing.
    logLevel: 'error',
    schema: 'core',
    version: '1.2',
    // Compared each with each there; `forbidden` does it in one pass.
    uniqueKeys: false,
  });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    throw invalid(broken.map(({ pos, message }) => ({ ...at(pos[0]), path: '', message })));
  }
  const refused = forbidden(document);
  if (refused.length > 0) {
    throw invalid(refused.map(({ offset, message }) => ({ ...at(offset), path: '', message })));
  }
  const read = wanted.schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (read.success) return read.data;
  throw invalid(
    read.error.issues.map(innermost).map((issue) => {
      const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
      return {
        ...at(offsetOf(document, issue.path, key)),
        path: issue.path.map(String).join('.'),
        message: issue.message,
      };
    }),
  );
}
