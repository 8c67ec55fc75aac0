// Reads the parameters of a TypeScript entry point, with oxc-parser, from syntax alone.
// The parser recurses natively and deep nesting would end the process: callers go through
// `parser.ts`, which decides where this runs.
import {
  type Expression,
  type Function as FunctionNode,
  type ParamPattern,
  parseSync,
  type ParseResult,
  type Program,
} from 'oxc-parser';
import type { Argument, ReadSignature } from './signature.ts';
import { placeAt, syntaxError } from './syntax-error.ts';
import { descriptions, type Descriptions } from './typescript-docs.ts';
import { declaredTypes, type Told, typeReader } from './typescript-types.ts';
import { literalValue, typeOfValue } from './typescript-values.ts';

interface Entry {
  params: readonly ParamPattern[];
  /** Where the statement begins, for the comment before it. */
  start: number;
  /** Wrapped in `workflow(…)`: workflow as code. */
  isWorkflow: boolean;
}

type Callable = FunctionNode | Extract<Expression, { type: 'ArrowFunctionExpression' }>;

function isCallable(node: { type: string } | null | undefined): node is Callable {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  );
}

/** The function behind a value: itself, or what is wrapped as in `workflow(async (a) => …)`. */
function callableOf(expression: Expression | null | undefined): Callable | 'value' {
  let node: Expression | null | undefined = expression;
  while (node?.type === 'TSAsExpression' || node?.type === 'TSSatisfiesExpression') {
    node = node.expression;
  }
  if (isCallable(node)) return node;
  if (node?.type !== 'CallExpression') return 'value';
  const wrapped = node.arguments.find((argument) => isCallable(argument));
  return isCallable(wrapped) ? wrapped : 'value';
}

/** `workflow(…)` or `wmill.workflow(…)`. */
function isWorkflow(node: { type: string } | null | undefined): boolean {
  if (node?.type !== 'CallExpression') return false;
  const { callee } = node as Extract<Expression, { type: 'CallExpression' }>;
  if (callee.type === 'Identifier') return callee.name === 'workflow';
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  return callee.property.name === 'workflow';
}

interface Bound {
  callable: Callable | 'value';
  start: number;
  isWorkflow: boolean;
}

/** Functions and constants that the file declares at its top, by name; not heads of overloads. */
function topLevel(program: Program): Map<string, Bound> {
  const bound = new Map<string, Bound>();
  for (const statement of program.body) {
    const inner =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
        ? statement.declaration
        : statement;
    if (inner?.type === 'FunctionDeclaration' && inner.id) {
      bound.set(inner.id.name, { callable: inner, start: statement.start, isWorkflow: false });
    } else if (inner?.type === 'VariableDeclaration') {
      for (const { id, init } of inner.declarations) {
        if (id.type !== 'Identifier') continue;
        const made = { callable: callableOf(init), isWorkflow: isWorkflow(init) };
        bound.set(id.name, { ...made, start: statement.start });
      }
    }
  }
  return bound;
}

/** The local name, or the marker of a re-export, behind each exported name. */
function exportedNames(program: Program): Map<string, { local: string | null }> {
  const names = new Map<string, { local: string | null }>();
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration' || statement.exportKind === 'type') continue;
    const { declaration } = statement;
    if (declaration?.type === 'FunctionDeclaration' && declaration.id) {
      names.set(declaration.id.name, { local: declaration.id.name });
    } else if (declaration?.type === 'VariableDeclaration') {
      for (const { id } of declaration.declarations) {
        if (id.type === 'Identifier') names.set(id.name, { local: id.name });
      }
    }
    for (const { local, exported, exportKind } of statement.specifiers) {
      if (exportKind === 'type') continue;
      const name = exported.type === 'Literal' ? exported.value : exported.name;
      const from = local.type === 'Literal' ? local.value : local.name;
      names.set(name, { local: statement.source ? null : from });
    }
  }
  return names;
}

/** The default export, where that is a workflow. */
function defaultWorkflow(program: Program): Bound | undefined {
  for (const statement of program.body) {
    if (statement.type !== 'ExportDefaultDeclaration') continue;
    const { declaration, start } = statement;
    if (declaration.type === 'Identifier') {
      const bound = topLevel(program).get(declaration.name);
      return bound?.isWorkflow === true ? bound : undefined;
    }
    if (!isWorkflow(declaration)) return undefined;
    return { callable: callableOf(declaration as Expression), start, isWorkflow: true };
  }
  return undefined;
}

function findEntry(program: Program, name: string): Entry | undefined {
  const exported = exportedNames(program).get(name);
  let bound: Bound | undefined;
  if (exported) bound = exported.local === null ? undefined : topLevel(program).get(exported.local);
  else if (name === 'main') bound = defaultWorkflow(program);
  if (!exported && !bound) return undefined;
  // Exported, but what it is stands elsewhere (a re-export, an import, a computed value).
  if (!bound || bound.callable === 'value') return { params: [], start: 0, isWorkflow: false };
  return { params: bound.callable.params, start: bound.start, isWorkflow: bound.isWorkflow };
}

type ReadParam = { name: string | null; told: Told; value: unknown; hasDefault: boolean };

function readParam(param: ParamPattern, readType: ReturnType<typeof typeReader>): ReadParam {
  const hasDefault = param.type === 'AssignmentPattern';
  const target = hasDefault ? param.left : param;
  const value = hasDefault ? literalValue(param.right) : undefined;
  const annotation =
    target.type === 'TSParameterProperty' ? null : target.typeAnnotation?.typeAnnotation;
  const told = annotation ? readType(annotation) : { type: typeOfValue(value), optional: false };
  const mayMiss = (target as { optional?: boolean }).optional === true;
  return {
    name: target.type === 'Identifier' ? target.name : null,
    told: { ...told, optional: told.optional || mayMiss || hasDefault },
    value,
    hasDefault,
  };
}

export interface SourceFile {
  /** Shown in errors. */
  file: string;
  content: string;
  entrypoint: string;
}

function refuseParam(param: ParamPattern, { file, content, entrypoint }: SourceFile): void {
  const target = param.type === 'AssignmentPattern' ? param.left : param;
  const what =
    target.type === 'RestElement'
      ? 'takes a rest parameter (...), but arguments have names'
      : target.type === 'ArrayPattern'
        ? 'takes an array apart in its parameters, so the argument has no name'
        : undefined;
  if (what === undefined) return;
  const place = placeAt(content, param.start);
  throw syntaxError(
    { file, content, ...place },
    `${entrypoint} ${what}`,
    `Give ${entrypoint} one named parameter instead, such as (items: string[]).`,
  );
}

function readArguments(entry: Entry, parsed: ParseResult, where: SourceFile): Argument[] {
  const docs: Descriptions = descriptions(where.content, parsed.comments);
  const readType = typeReader({
    declared: declaredTypes(parsed.program),
    descriptionAt: docs.at,
  });
  const ofParams = docs.paramsAt(entry.start);
  let anonymous = 0;
  const found: Argument[] = [];
  for (const param of entry.params) {
    refuseParam(param, where);
    const { name, told, value } = readParam(param, readType);
    if (name === 'this') continue;
    if (name === null) anonymous += 1;
    const key = name ?? `anon${anonymous}`;
    const description = docs.at(param.start) ?? ofParams.get(key);
    found.push({
      key,
      type: told.type,
      required: !told.optional,
      default: value ?? null,
      ...(description === undefined ? {} : { description }),
    });
  }
  return found;
}

/**
 * Parses; throws `unprocessable` with line and column when the code does not parse.
 * Runs in this process and stack: only for sources that `parser.ts` found shallow.
 */
export function parseTypeScript({ file, content }: Omit<SourceFile, 'entrypoint'>): ParseResult {
  const parsed = parseSync('script.ts', content, {
    lang: 'ts',
    sourceType: 'module',
    preserveParens: false,
  });
  const [error] = parsed.errors;
  if (!error) return parsed;
  const place = placeAt(content, error.labels[0]?.start ?? 0);
  const note = error.helpMessage ? ` (${error.helpMessage})` : '';
  throw syntaxError({ file, content, ...place }, `${error.message}${note}`);
}

/** Parses like `parseTypeScript`, and reads the parameters of the entry point. */
export function readTypeScript(where: SourceFile): ReadSignature {
  const parsed = parseTypeScript(where);
  const entry = findEntry(parsed.program, where.entrypoint);
  return {
    arguments: entry ? readArguments(entry, parsed, where) : [],
    autoKind: entry ? (entry.isWorkflow ? 'wac' : null) : 'lib',
    hasPreprocessor: exportedNames(parsed.program).has('preprocessor'),
  };
}
