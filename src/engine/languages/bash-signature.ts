// Bash has no function to read: its parameters are the assignments `name="$1"` at the start of a
// line, as Windmill reads them. `bash -n` (which runs nothing) finds what does not parse.
import type { Sandbox } from '../sandbox/index.ts';
import { runQuietly } from './quiet-child.ts';
import type { Argument, ReadSignature } from './signature.ts';
import { syntaxError } from './syntax-error.ts';

/** `name="$1"`, `name=$1`, `name="${2}"`, `name="${2:-text}"`, `name="${2:?message}"  # words`. */
const assignment = new RegExp(
  [
    /^(?:export +|readonly +|declare +(?:-\w+ +)*)?(\w+)=("?)/,
    /\$(?:(\d{1,2})|\{(\d{1,2})(?:(:?[-?])(.*?))?\})\2/,
    /[ \t]*(?:;[ \t]*)?(?:#[ \t]*(.*))?$/,
  ]
    .map((part) => part.source)
    .join(''),
  'gm',
);

/** The text after `:-`; undefined when it depends on something that is only known at run time. */
function defaultText(text: string): string | undefined {
  const quoted = /^(["'])(.*)\1$/.exec(text);
  const inner = quoted?.[2] ?? text;
  return quoted?.[1] !== "'" && /[$`]/.test(inner) ? undefined : inner.replace(/\\(.)/g, '$1');
}

/** The parameters, in the order of their numbers; a number that nobody names becomes `argN`. */
export function readBash(content: string): ReadSignature {
  const byNumber = new Map<number, Argument>();
  for (const [, name, , plain, braced, operator, text, words] of content.matchAll(assignment)) {
    const number = Number(plain ?? braced);
    if (number === 0 || name === undefined || byNumber.has(number)) continue;
    const optional = operator?.endsWith('-') === true;
    byNumber.set(number, {
      key: name,
      type: { kind: 'string' },
      required: !optional,
      default: optional ? (defaultText(text ?? '') ?? null) : null,
      ...(words ? { description: words.trim() } : {}),
    });
  }
  const found: Argument[] = [];
  for (let number = 1; number <= Math.max(0, ...byNumber.keys()); number += 1) {
    const gap: Argument = {
      key: `arg${number}`,
      type: { kind: 'string' },
      required: false,
      default: null,
    };
    found.push(byNumber.get(number) ?? gap);
  }
  return { arguments: uniqueNames(found), autoKind: null, hasPreprocessor: false };
}

/** One name for two numbers keeps its first; the other one still has its place in the row. */
function uniqueNames(found: readonly Argument[]): Argument[] {
  const taken = new Set<string>();
  return found.map((argument, index) => {
    const key = taken.has(argument.key) ? `arg${index + 1}` : argument.key;
    taken.add(key);
    return { ...argument, key };
  });
}

/** Throws `unprocessable` when Bash cannot parse the script; silent where there is no Bash. */
export async function checkBash(file: string, content: string, sandbox?: Sandbox): Promise<void> {
  // `shopt -s extglob` in the script is not run by -n, yet changes what parses.
  const options = content.includes('extglob') ? ['-O', 'extglob'] : [];
  const argv = ['bash', '--norc', '--noprofile', ...options, '-n'];
  const outcome = await runQuietly({ argv, readOnly: [], sandbox }, content);
  if (outcome === undefined || outcome.status === 0) return;
  const found = /line (\d+): (.*)/.exec(outcome.stderr);
  // Without a line it is the program that failed, not the script.
  if (!found) return;
  const [, line, problem = ''] = found;
  throw syntaxError({ file, content, line: Number(line), column: 1 }, problem);
}
