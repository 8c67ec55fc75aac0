// What `func main(...)` of a Go script takes, by its types; the types that the script declares
// itself are followed. Compiling finds what is wrong with the code, where there is a Go.
import { AppError } from '../../base/index.ts';
import { listFrom } from './declared-arguments.ts';
import { assertGoScript, blanked, goParameters } from './go-source.ts';
import type { Argument, ArgType, Field, ReadSignature } from './signature.ts';

/** Types that hold themselves end here, and so does what nobody would read. */
const maxDepth = 5;
const maxFollowed = 100;

interface Source {
  code: string;
  /** With the tags of fields, at the same positions. */
  withTexts: string;
  /** Declared types that were looked up. */
  followed: number;
}

const plain: Record<string, ArgType> = {
  string: { kind: 'string' },
  bool: { kind: 'boolean' },
  float32: { kind: 'number' },
  float64: { kind: 'number' },
  byte: { kind: 'integer' },
  rune: { kind: 'integer' },
  'time.Time': { kind: 'datetime' },
};

const unknownType: ArgType = { kind: 'unknown' };

const isOptional = (type: string): boolean => type.startsWith('*') || type.startsWith('...');

/** Fields of a struct whose body begins at `from`; what JSON leaves out is left out. */
function fieldsOf(source: Source, from: number, depth: number): Field[] {
  const body = listFrom(source.code, from);
  const fields: Field[] = [];
  const lines = /^[ \t]*([\p{Lu}][\p{L}\p{N}_]*)[ \t]+([^\n;]+)/gmu;
  for (const { 0: line, 1: name = '', 2: type = '', index } of body.matchAll(lines)) {
    const written = source.withTexts.slice(from + index, from + index + line.length);
    const [, tag = ''] = /json:"([^"]*)"/.exec(written) ?? [];
    const [key, ...options] = tag.split(',');
    if (key === '-') continue;
    const required = !isOptional(type) && !options.includes('omitempty');
    fields.push({ key: key || name, type: typeOf(source, type.trim(), depth), required });
  }
  return fields;
}

function declared(source: Source, name: string, depth: number): ArgType {
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) return unknownType;
  source.followed += 1;
  if (source.followed > maxFollowed) return unknownType;
  const head = new RegExp(String.raw`^type[ \t]+${name}[ \t]+=?[ \t]*`, 'mu');
  const found = head.exec(source.code);
  if (!found) return unknownType;
  const at = found.index + found[0].length;
  const struct = /^struct\s*\{/.exec(source.code.slice(at, at + 100));
  if (struct) {
    return { kind: 'object', name, fields: fieldsOf(source, at + struct[0].length, depth + 1) };
  }
  return typeOf(source, source.code.slice(at).split('\n', 1)[0]?.trim() ?? '', depth + 1);
}

function typeOf(source: Source, text: string, depth = 0): ArgType {
  if (depth > maxDepth) return unknownType;
  const type = text.replace(/^\*/, '');
  if (type === '[]byte') return { kind: 'bytes' };
  const [, item] = /^(?:\[\d*\]|\.\.\.)\s*([^]+)$/.exec(type) ?? [];
  if (item !== undefined) return { kind: 'list', item: typeOf(source, item, depth + 1) };
  if (type.startsWith('map[')) return { kind: 'object' };
  if (/^struct\b/.test(type)) return { kind: 'object' };
  if (/^u?int(?:8|16|32|64)?$/.test(type)) return { kind: 'integer' };
  return Object.hasOwn(plain, type) ? (plain[type] ?? unknownType) : declared(source, type, depth);
}

/** Throws `unprocessable` for what is no script, or has parameters without names. */
export function readGo(content: string, entrypoint: string): ReadSignature {
  assertGoScript(content);
  const source = { code: blanked(content), withTexts: blanked(content, true), followed: 0 };
  const head = new RegExp(String.raw`^func[ \t]+${entrypoint}[ \t]*\(`, 'm').exec(source.code);
  const list = head === null ? [] : goParameters(source.code, head.index + head[0].length);
  if (list.some(({ name, type }) => type === '' || name === '_')) {
    throw new AppError('unprocessable', `Every parameter of ${entrypoint} needs a name.`, {
      hint: `Write func ${entrypoint}(name string, count int) (string, error).`,
    });
  }
  const read = ({ name, type }: { name: string; type: string }): Argument => ({
    key: name,
    type: typeOf(source, type),
    required: !isOptional(type),
    default: null,
  });
  return {
    arguments: list.map(read),
    autoKind: head === null ? 'lib' : null,
    hasPreprocessor: /^func[ \t]+preprocessor[ \t]*\(/m.test(source.code),
  };
}
