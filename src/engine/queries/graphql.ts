// The variables of a GraphQL document: what stands in the brackets of its first operation.

export interface GraphqlVariable {
  name: string;
  /** As written: `[Int!]!`. */
  type: string;
  required: boolean;
  default: unknown;
}

const variable =
  /\$(\w+)\s*:\s*([[\]\w!\s]+?)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s,)$]+))?\s*(?=[,$)@]|$)/g;
const operation = /(?:^|[}\s,])(?:query|mutation|subscription)\b\s*\w*\s*\(/;

function defaultOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A name of an enumeration, or a literal that is no JSON.
    return /^\w+$/.test(text) ? text : null;
  }
}

/** Strings, which are passed over, and what counts outside of them. */
const stringsAnd = (other: string): RegExp =>
  new RegExp(String.raw`"[^"\\\n]*(?:\\.[^"\\\n]*)*"|${other}`, 'g');

/** The index of the bracket that closes the one before `from`. */
function closing(text: string, from: number): number {
  const marks = stringsAnd('[()]');
  marks.lastIndex = from;
  let depth = 1;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '(') depth += 1;
    else if (mark[0] === ')') depth -= 1;
    if (depth === 0) return mark.index;
  }
  return text.length;
}

export function readGraphqlVariables(source: string): GraphqlVariable[] {
  const text = source.replaceAll(stringsAnd(String.raw`#[^\n]*`), (found) =>
    found.startsWith('#') ? '' : found,
  );
  const head = operation.exec(text);
  if (head === null) return [];
  const from = head.index + head[0].length;
  const inside = text.slice(from, Math.min(closing(text, from), from + 50_000));
  return [...inside.matchAll(variable)].map(([, name = '', written = '', otherwise]) => {
    const type = written.replaceAll(/\s+/g, '');
    return {
      name,
      type,
      required: type.endsWith('!') && otherwise === undefined,
      default: otherwise === undefined ? null : defaultOf(otherwise),
    };
  });
}
