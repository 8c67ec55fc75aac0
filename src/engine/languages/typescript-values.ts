// Default values that can be told from the source alone, and the type that such a value implies.
import type { Expression } from 'oxc-parser';
import type { ArgType } from './signature.ts';

/** Deeper literals have no value here; nobody writes them as a default. */
const maxDepth = 16;

function keyOf(key: { type: string; name?: unknown; value?: unknown }): string | undefined {
  if (key.type === 'Identifier') return key.name as string;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

function objectValue(
  expression: Extract<Expression, { type: 'ObjectExpression' }>,
  depth: number,
): unknown {
  const entries: [string, unknown][] = [];
  for (const property of expression.properties) {
    if (property.type !== 'Property' || property.computed || property.kind !== 'init') {
      return undefined;
    }
    const key = keyOf(property.key);
    const value = literalValue(property.value, depth + 1);
    if (key === undefined || value === undefined) return undefined;
    entries.push([key, value]);
  }
  // `fromEntries` defines own keys, so `__proto__` stays a key.
  return Object.fromEntries(entries);
}

function unaryValue(
  expression: Extract<Expression, { type: 'UnaryExpression' }>,
  depth: number,
): unknown {
  const value = literalValue(expression.argument, depth + 1);
  if (expression.operator === '!' && typeof value === 'boolean') return !value;
  if (typeof value !== 'number') return undefined;
  if (expression.operator === '-') return -value;
  return expression.operator === '+' ? value : undefined;
}

function primitive(value: unknown): unknown {
  // A bigint has no JSON; as a number it is exact up to 2^53.
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return value instanceof RegExp ? undefined : value;
}

/** The JSON value of a literal; undefined when it would take running the code to know. */
export function literalValue(expression: Expression, depth = 0): unknown {
  if (depth > maxDepth) return undefined;
  switch (expression.type) {
    case 'Literal':
      return 'regex' in expression ? undefined : primitive(expression.value);
    case 'TemplateLiteral':
      if (expression.expressions.length > 0) return undefined;
      return expression.quasis[0]?.value.cooked ?? undefined;
    case 'UnaryExpression':
      return unaryValue(expression, depth);
    case 'ArrayExpression': {
      const items = expression.elements.map((element) =>
        element === null || element.type === 'SpreadElement'
          ? undefined
          : literalValue(element, depth + 1),
      );
      return items.includes(undefined) ? undefined : items;
    }
    case 'ObjectExpression':
      return objectValue(expression, depth);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return literalValue(expression.expression, depth + 1);
    default:
      return undefined;
  }
}

/** The type that a default value implies where the code gives none. */
export function typeOfValue(value: unknown): ArgType {
  if (typeof value === 'string') return { kind: 'string' };
  if (typeof value === 'number') return { kind: 'number' };
  if (typeof value === 'boolean') return { kind: 'boolean' };
  if (Array.isArray(value)) {
    const [first] = value;
    return { kind: 'list', item: first === undefined ? { kind: 'unknown' } : typeOfValue(first) };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'unknown' };
  const fields = Object.entries(value).map(([key, item]) => ({
    key,
    type: typeOfValue(item),
    required: false,
  }));
  return fields.length > 0 ? { kind: 'object', fields } : { kind: 'object' };
}
