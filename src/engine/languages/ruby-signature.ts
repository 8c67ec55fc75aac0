// What `def main(...)` of a Ruby script takes; Ruby has no types, so defaults tell. `ruby -c`,
// which runs nothing, finds what does not parse, where there is a Ruby.
import { AppError } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { argumentOf, listFrom, partsOf } from './declared-arguments.ts';
import { runQuietly } from './quiet-child.ts';
import type { Argument, ReadSignature } from './signature.ts';
import { syntaxError } from './syntax-error.ts';

/** `name`, `name = 3`, `name:`, `name: 3`; not `*rest`, `**options`, `&block`. */
const parameter = /^([a-z_]\w*)\s*(?:(=|:)\s*([^]*))?$/;

function readParameter(text: string): Argument[] {
  const [, name, , value] = parameter.exec(text) ?? [];
  if (name === undefined) return [];
  const literal = value?.trim();
  return [argumentOf(name, { type: undefined, literal: literal === '' ? undefined : literal })];
}

export function readRuby(content: string, entrypoint: string): ReadSignature {
  if (/^\s*require\s+['"](?:windmill|bundler)\/inline['"]/m.test(content)) {
    throw new AppError('unprocessable', 'Gems (`gemfile do … end`) are not supported.', {
      hint: 'Use what comes with Ruby, or another language.',
    });
  }
  const head = new RegExp(String.raw`^def\s+${entrypoint}\b[ \t]*(\(?)`, 'm').exec(content);
  const from = head === null ? 0 : head.index + head[0].length;
  const line = content.slice(from).split('\n', 1)[0] ?? '';
  const list = head === null ? '' : head[1] === '(' ? listFrom(content, from) : line;
  return {
    arguments: partsOf(list).flatMap(readParameter),
    autoKind: head === null ? 'lib' : null,
    hasPreprocessor: /^def\s+preprocessor\b/m.test(content),
  };
}

/** Throws `unprocessable` where Ruby is there and cannot parse the script. */
export async function checkRuby(file: string, content: string, sandbox?: Sandbox): Promise<void> {
  const argv = ['ruby', '--disable=gems', '-c'];
  const outcome = await runQuietly({ argv, readOnly: [], sandbox }, content);
  if (outcome === undefined || outcome.status === 0) return;
  const [, line, problem = ''] = /^-:(\d+): (.*)/m.exec(outcome.stderr) ?? [];
  if (line === undefined) return;
  throw syntaxError({ file, content, line: Number(line), column: 1 }, problem);
}
