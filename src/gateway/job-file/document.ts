// The YAML of a job file: one plain document, without what makes a reader guess. Anchors and their
// aliases could make a small file a huge one, and merge keys and tags hide what it says.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml';
import type { FilePlace } from './job-file.ts';

export const maxFileBytes = 64 * 1024;
const mostProblems = 20;
/** What JSON has too. */
const plainTags = new Set(['map', 'seq', 'str', 'int', 'float', 'bool', 'null']);

export interface JobDocument {
  root: YAMLMap | undefined;
  /** Notes that something is wrong at a node, or at the beginning. */
  problem(node: Node | null | undefined, message: string): void;
  warning(node: Node | null | undefined, message: string): void;
  problems: FilePlace[];
  warnings: FilePlace[];
}

function plainProblem(node: Node): string | undefined {
  if (isAlias(node)) return 'an alias (*name) is not taken; write it out';
  const { anchor } = node as { anchor?: string };
  if (anchor !== undefined) return 'an anchor (&name) is not taken; write it out';
  const [, known = node.tag] = /^tag:yaml\.org,2002:(\w+)$/.exec(node.tag ?? '') ?? [];
  if (known !== undefined && !plainTags.has(known)) {
    return `the tag ${known.slice(0, 60)} is not taken`;
  }
  return undefined;
}

/** What the parser says, in one line. */
const said = (message: string): string => (message.split('\n')[0] ?? '').slice(0, 200);

export function readDocument(text: string): JobDocument {
  const lines = new LineCounter();
  const problems: FilePlace[] = [];
  const warnings: FilePlace[] = [];

  function note(list: FilePlace[], offset: number, message: string): void {
    const { line, col } = lines.linePos(offset);
    const place = { line: Math.max(1, line), column: Math.max(1, col), message };
    if (list.length < mostProblems) list.push(place);
  }
  const at = (node: Node | null | undefined): number => node?.range?.[0] ?? 0;
  const found: JobDocument = {
    root: undefined,
    problems,
    warnings,
    problem: (node, message) => note(problems, at(node), message),
    warning: (node, message) => note(warnings, at(node), message),
  };

  if (Buffer.byteLength(text) > maxFileBytes) {
    problems.push({ line: 1, column: 1, message: `the file is larger than ${maxFileBytes} bytes` });
    return found;
  }
  const tab = /^ *\t/m.exec(text);
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    version: '1.2',
    merge: false,
    uniqueKeys: true,
    strict: true,
  });
  if (tab) {
    const offset = tab.index + tab[0].length - 1;
    note(problems, offset, 'a tab is no indentation; use spaces');
    return found;
  }
  const [first, second] = Array.isArray(documents) ? documents : [];
  if (!first) {
    problems.push({ line: 1, column: 1, message: 'the file is empty' });
    return found;
  }
  for (const error of first.errors) note(problems, error.pos[0], said(error.message));
  if (second) note(problems, second.range[0], 'there is a second document; a file holds one job');
  inspect(first, found);
  if (problems.length > 0) return found;
  if (isMap(first.contents)) found.root = first.contents;
  else found.problem(first.contents, 'the file is no map of fields, such as name: digest');
  return found;
}

function inspect(document: Document.Parsed, found: JobDocument): void {
  visit(document, {
    Node(_key, node) {
      const wrong = plainProblem(node);
      if (wrong !== undefined) found.problem(node, wrong);
    },
    Pair(_key, { key }) {
      if (isScalar(key) && key.value === '<<') {
        found.problem(key, 'a merge key (<<) is not taken; write it out');
      } else if (!isScalar(key) || typeof key.value !== 'string') {
        found.problem(key as Node | null, 'a key is a text');
      }
    },
  });
}
