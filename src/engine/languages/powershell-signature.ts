// What the `param(...)` block at the start of a PowerShell script takes; nothing of it runs.
import { argumentOf, listFrom, partsOf } from './declared-arguments.ts';
import type { Argument, ArgType, ReadSignature } from './signature.ts';

const types: Record<string, ArgType> = {
  string: { kind: 'string' },
  int: { kind: 'integer' },
  int32: { kind: 'integer' },
  int64: { kind: 'integer' },
  long: { kind: 'integer' },
  double: { kind: 'number' },
  float: { kind: 'number' },
  single: { kind: 'number' },
  decimal: { kind: 'number' },
  bool: { kind: 'boolean' },
  switch: { kind: 'boolean' },
  datetime: { kind: 'datetime' },
  hashtable: { kind: 'object' },
  pscustomobject: { kind: 'object' },
  object: { kind: 'unknown' },
};

function typeOf(name: string): ArgType {
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/^system\./, '');
  if (plain.endsWith('[]')) return { kind: 'list', item: typeOf(plain.slice(0, -2)) };
  return Object.hasOwn(types, plain) ? (types[plain] ?? { kind: 'unknown' }) : { kind: 'unknown' };
}

const parameter = /^([^$]*(?:\$(?:true|false)\b[^$]*)*)\$(\w+)\s*(?:=([^]*))?$/i;

/** `[Parameter(Mandatory=$true)][string]$Name = 'x'`: attributes, types, the name, the default. */
function readParameter(text: string): Argument[] {
  const [, head = '', name, literal] = parameter.exec(text) ?? [];
  if (name === undefined) return [];
  const attributes = [...head.matchAll(/\[([\w.]+(?:\[\])?)\]/g)];
  const written = attributes.at(-1)?.[1];
  const constant = literal?.trim().replace(/^\$(true|false|null)$/i, '$1');
  const argument = argumentOf(name, {
    type: written === undefined ? undefined : typeOf(written),
    literal: constant,
  });
  const optional = literal !== undefined || /^switch$/i.test(written ?? '');
  return [{ ...argument, required: !optional }];
}

/** Without comments; texts as JSON has them, or in brackets where only running can tell. */
const normal = (content: string): string =>
  content.replaceAll(
    /(<#[^]*?(?:#>|$)|#[^\n]*)|'([^']*(?:''[^']*)*)'?|"([^"`]*(?:`[^][^"`]*)*)"?/g,
    (...[, comment, single, double]: (string | undefined)[]) => {
      if (comment !== undefined) return ' ';
      if (single !== undefined) return JSON.stringify(single.replaceAll("''", "'"));
      return /[$`]/.test(double ?? '') ? '("")' : JSON.stringify(double);
    },
  );

export function readPowershell(content: string): ReadSignature {
  const code = normal(content);
  const head = /^\s*(?:using\s[^\n]*\n\s*)*(?:\[CmdletBinding\([^)]*\)\]\s*)?param\s*\(/i.exec(
    code,
  );
  const list = head === null ? '' : listFrom(code, head[0].length);
  return {
    arguments: partsOf(list).flatMap(readParameter),
    autoKind: null,
    hasPreprocessor: false,
  };
}
