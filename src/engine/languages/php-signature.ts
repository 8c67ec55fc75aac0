// What `function main(...)` of a PHP script takes, by its types and defaults. `php -l` (which runs
// nothing) finds what does not parse, where there is a PHP.
import { AppError } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { argumentOf, listFrom, partsOf } from './declared-arguments.ts';
import { runQuietly } from './quiet-child.ts';
import type { Argument, ArgType, ReadSignature } from './signature.ts';
import { syntaxError } from './syntax-error.ts';

const types: Record<string, ArgType> = {
  int: { kind: 'integer' },
  float: { kind: 'number' },
  bool: { kind: 'boolean' },
  string: { kind: 'string' },
  object: { kind: 'object' },
  // A list or an object: PHP has one type for both.
  array: { kind: 'unknown' },
  mixed: { kind: 'unknown' },
  iterable: { kind: 'unknown' },
};

const snakeCase = (name: string): string =>
  name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

function typeOf(text: string): ArgType | undefined {
  const names = text.replace(/^\?/, '').split('|');
  const own = names.filter((name) => name.toLowerCase() !== 'null');
  const [name = '', ...more] = own;
  if (name === '') return undefined;
  if (more.length > 0) return { kind: 'unknown' };
  return types[name.toLowerCase()] ?? { kind: 'resource', name: snakeCase(name) };
}

const parameter = /^([?\w|\\]*)\s*&?(\.\.\.)?\s*\$(\w+)\s*(?:=\s*([^]*))?$/;

function readParameter(text: string): Argument[] {
  const [, type = '', rest, name, literal] = parameter.exec(text) ?? [];
  if (name === undefined || rest !== undefined) return [];
  const argument = argumentOf(name, { type: typeOf(type), literal: literal?.trim() });
  return [argument];
}

/** Throws `unprocessable` for a script that PHP would print instead of run. */
export function readPhp(content: string, entrypoint: string): ReadSignature {
  if (!/^\s*<\?php\b/.test(content)) {
    throw new AppError('unprocessable', 'A PHP script begins with <?php.', {
      hint: 'Write <?php on the first line; without it PHP prints the text.',
    });
  }
  if (/^\/\/ ?require:/m.test(content)) {
    throw new AppError('unprocessable', 'Composer packages (`// require:`) are not supported.', {
      hint: 'Use what comes with PHP, or another language.',
    });
  }
  const head = new RegExp(String.raw`^[ \t]*function\s+${entrypoint}\s*\(`, 'm').exec(content);
  const list = head === null ? '' : listFrom(content, head.index + head[0].length);
  return {
    arguments: partsOf(list).flatMap(readParameter),
    autoKind: head === null ? 'lib' : null,
    hasPreprocessor: /^[ \t]*function\s+preprocessor\s*\(/m.test(content),
  };
}

/** Throws `unprocessable` where PHP is there and cannot parse the script. */
export async function checkPhp(file: string, content: string, sandbox?: Sandbox): Promise<void> {
  const argv = ['php', '-d', 'display_errors=stderr', '-l'];
  const outcome = await runQuietly({ argv, readOnly: [], sandbox }, content);
  const said = `${outcome?.stdout}\n${outcome?.stderr}`;
  const [, problem, line] = /Parse error: +(.*) in .* on line (\d+)/.exec(said) ?? [];
  if (problem !== undefined) {
    throw syntaxError({ file, content, line: Number(line), column: 1 }, problem);
  }
}
