// From a TypeScript type, as written, to an argument type. Syntax only: no type checker, no other
// file. What the table does not know and begins with a capital is taken for a resource type.
import type { Expression, Program, TSSignature, TSType, TSTypeReference } from 'oxc-parser';
import type { ArgType, Field, Variant } from './signature.ts';

/** Deeper types become `unknown`: no form or model has a use for them, and the stack is finite. */
const maxDepth = 24;

/** Types read for one signature: declared types that name each other twice grow exponentially. */
const maxTypes = 4_000;

type Declared =
  | { kind: 'type'; type: TSType }
  | { kind: 'interface'; members: TSSignature[]; parents: string[] }
  | { kind: 'enum'; choices: string[] | undefined };

export interface Scope {
  declared: ReadonlyMap<string, Declared>;
  /** The description in the comment that stands right before a position, if any. */
  descriptionAt(start: number): string | undefined;
}

/** What a type says of a value: its kind, and whether it may be left out. */
export interface Told {
  type: ArgType;
  optional: boolean;
}

const unknown: ArgType = { kind: 'unknown' };

/** `MyApiKey` → `my_api_key`, `S3Object` → `s3_object`: the name of a resource type. */
function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

function enumChoices(
  members: readonly { id: unknown; initializer: Expression | null }[],
): string[] | undefined {
  const values = members.map(({ initializer }) =>
    initializer?.type === 'Literal' && typeof initializer.value === 'string'
      ? initializer.value
      : undefined,
  );
  return values.every((value) => value !== undefined) ? values : undefined;
}

/** The types that the file declares at its top, exported or not. */
export function declaredTypes(program: Program): Map<string, Declared> {
  const declared = new Map<string, Declared>();
  for (const statement of program.body) {
    const inner =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
        ? statement.declaration
        : statement;
    if (inner?.type === 'TSTypeAliasDeclaration') {
      declared.set(inner.id.name, { kind: 'type', type: inner.typeAnnotation });
    } else if (inner?.type === 'TSEnumDeclaration') {
      declared.set(inner.id.name, { kind: 'enum', choices: enumChoices(inner.body.members) });
    } else if (inner?.type === 'TSInterfaceDeclaration') {
      const parents = inner.extends.flatMap(({ expression }) =>
        expression.type === 'Identifier' ? [expression.name] : [],
      );
      const before = declared.get(inner.id.name);
      const earlier = before?.kind === 'interface' ? before : { members: [], parents: [] };
      declared.set(inner.id.name, {
        kind: 'interface',
        members: [...earlier.members, ...inner.body.body],
        parents: [...earlier.parents, ...parents],
      });
    }
  }
  return declared;
}

function isNullish(type: TSType): boolean {
  return (
    type.type === 'TSNullKeyword' ||
    type.type === 'TSUndefinedKeyword' ||
    type.type === 'TSVoidKeyword'
  );
}

/** The text of a string literal type, or of a template without holes. */
function stringLiteral(type: TSType): string | undefined {
  if (type.type !== 'TSLiteralType') return undefined;
  const { literal } = type;
  if (literal.type === 'Literal' && typeof literal.value === 'string') return literal.value;
  if (literal.type === 'TemplateLiteral' && literal.expressions.length === 0) {
    return literal.quasis[0]?.value.cooked ?? undefined;
  }
  return undefined;
}

/** One reading of one signature: knows which declared names it is inside of. */
class TypeReader {
  readonly #scope: Scope;
  readonly #inside: string[] = [];
  #depth = 0;
  #left = maxTypes;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  read(type: TSType): Told {
    if (this.#depth >= maxDepth || this.#left <= 0) return { type: unknown, optional: false };
    this.#depth += 1;
    this.#left -= 1;
    try {
      return this.#readHere(type);
    } finally {
      this.#depth -= 1;
    }
  }

  #type(type: TSType): ArgType {
    return this.read(type).type;
  }

  #readHere(type: TSType): Told {
    if (isNullish(type)) return { type: unknown, optional: true };
    if (type.type === 'TSUnionType') return this.#union(type.types);
    if (type.type === 'TSParenthesizedType') return this.read(type.typeAnnotation);
    if (type.type === 'TSTypeReference') return this.#reference(type);
    return { type: this.#plain(type), optional: false };
  }

  #plain(type: TSType): ArgType {
    switch (type.type) {
      case 'TSStringKeyword':
      case 'TSTemplateLiteralType':
        return { kind: 'string' };
      case 'TSNumberKeyword':
        return { kind: 'number' };
      case 'TSBigIntKeyword':
        return { kind: 'integer' };
      case 'TSBooleanKeyword':
        return { kind: 'boolean' };
      case 'TSObjectKeyword':
      case 'TSMappedType':
        return { kind: 'object' };
      case 'TSLiteralType':
        return this.#literal(type);
      case 'TSArrayType':
        return { kind: 'list', item: this.#type(type.elementType) };
      case 'TSTypeOperator':
        if (type.operator === 'readonly') return this.#type(type.typeAnnotation);
        return type.operator === 'keyof' ? { kind: 'string' } : unknown;
      case 'TSTypeLiteral':
        return this.#object(type.members);
      case 'TSIntersectionType':
        return this.#intersection(type.types);
      default:
        return unknown;
    }
  }

  #literal(type: Extract<TSType, { type: 'TSLiteralType' }>): ArgType {
    const text = stringLiteral(type);
    if (text !== undefined) return { kind: 'string', choices: [text] };
    const { literal } = type;
    if (literal.type === 'Literal' && typeof literal.value === 'boolean') {
      return { kind: 'boolean' };
    }
    if (literal.type === 'Literal' && typeof literal.value === 'bigint') return { kind: 'integer' };
    const negative = literal.type === 'UnaryExpression' && literal.operator === '-';
    const number = negative ? literal.argument : literal;
    if (number.type === 'Literal' && typeof number.value === 'number') {
      return { kind: 'number', choices: [negative ? -number.value : number.value] };
    }
    return unknown;
  }

  #fields(members: readonly TSSignature[]): Field[] {
    const fields = new Map<string, Field>();
    for (const member of members) {
      if (member.type !== 'TSPropertySignature' || member.computed) continue;
      const { key } = member;
      const name =
        key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : null;
      if (name === null) continue;
      const annotation = member.typeAnnotation?.typeAnnotation;
      const told = annotation ? this.read(annotation) : { type: unknown, optional: false };
      const description = this.#scope.descriptionAt(member.start);
      fields.set(name, {
        key: name,
        type: told.type,
        required: !member.optional && !told.optional,
        ...(description === undefined ? {} : { description }),
      });
    }
    return [...fields.values()];
  }

  #object(members: readonly TSSignature[]): ArgType {
    const fields = this.#fields(members);
    return fields.length > 0 ? { kind: 'object', fields } : { kind: 'object' };
  }

  #intersection(types: readonly TSType[]): ArgType {
    const parts = types.map((type) => this.#type(type));
    // `string & {}` is the idiom for "one of these, or any text".
    const simple = parts.find((part) => part.kind !== 'object' && part.kind !== 'resource');
    if (simple) return simple;
    const fields = parts.flatMap((part) => (part.kind === 'object' ? (part.fields ?? []) : []));
    const unique = [...new Map(fields.map((field) => [field.key, field])).values()];
    return unique.length > 0 ? { kind: 'object', fields: unique } : { kind: 'object' };
  }

  #union(types: readonly TSType[]): Told {
    const present = types.filter((type) => !isNullish(type));
    const told = present.map((type) => this.read(type));
    const optional = present.length < types.length || told.some((part) => part.optional);
    return { type: unionOf(told.map((part) => part.type)), optional };
  }

  #reference(reference: TSTypeReference): Told {
    const { typeName } = reference;
    const params = reference.typeArguments?.params ?? [];
    if (typeName.type === 'TSQualifiedName') {
      // `RT.Postgresql`, `wmill.Base64`: the last name counts.
      const { name } = typeName.right;
      const ofNamespace = typeName.left.type === 'Identifier' && typeName.left.name === 'RT';
      return { type: wellKnown(name) ?? resource(name, ofNamespace), optional: false };
    }
    if (typeName.type !== 'Identifier') return { type: unknown, optional: false };
    const declared = this.#scope.declared.get(typeName.name);
    if (declared) return this.#declared(typeName.name, declared);
    return this.#generic(typeName.name, params);
  }

  #declared(name: string, declared: Declared): Told {
    if (declared.kind === 'enum') {
      const { choices } = declared;
      return { type: choices ? { kind: 'string', choices } : { kind: 'number' }, optional: false };
    }
    if (this.#inside.includes(name) || this.#inside.length >= maxDepth) {
      return { type: { kind: 'object' }, optional: false };
    }
    this.#inside.push(name);
    try {
      const told =
        declared.kind === 'type'
          ? this.read(declared.type)
          : { type: this.#interface(declared), optional: false };
      if (told.type.kind !== 'object') return told;
      return { ...told, type: { ...told.type, name: snakeCase(name) } };
    } finally {
      this.#inside.pop();
    }
  }

  #interface(declared: Extract<Declared, { kind: 'interface' }>): ArgType {
    const inherited = declared.parents.flatMap((parent) => {
      const found = this.#scope.declared.get(parent);
      if (!found) return [];
      const { type } = this.#declared(parent, found);
      return type.kind === 'object' ? (type.fields ?? []) : [];
    });
    const all = [...inherited, ...this.#fields(declared.members)];
    const fields = [...new Map(all.map((field) => [field.key, field])).values()];
    return fields.length > 0 ? { kind: 'object', fields } : { kind: 'object' };
  }

  // Windmill's parser takes `Array<string>`, `Record`, `Partial` for resources named `array` and so
  // on, which nobody can fill in; here the standard library's generics mean what they mean.
  #generic(name: string, params: readonly TSType[]): Told {
    const [first] = params;
    const inner = first ? this.read(first) : { type: unknown, optional: false };
    switch (name) {
      case 'Array':
      case 'ReadonlyArray':
      case 'Set':
        return { type: { kind: 'list', item: inner.type }, optional: false };
      case 'Record':
      case 'Map':
      case 'Pick':
      case 'Omit':
      case 'Object':
        return { type: { kind: 'object' }, optional: false };
      case 'Readonly':
      case 'Required':
      case 'NonNullable':
      case 'Promise':
      case 'Awaited':
        return inner;
      case 'Partial':
        return { ...inner, type: partial(inner.type) };
      case 'Resource': {
        const text = first && stringLiteral(first);
        return { type: resource(text ?? name, true), optional: false };
      }
      default:
        return { type: wellKnown(name) ?? resource(name), optional: false };
    }
  }
}

function partial(type: ArgType): ArgType {
  if (type.kind !== 'object' || !type.fields) return type;
  return { ...type, fields: type.fields.map((field) => ({ ...field, required: false })) };
}

function resource(name: string, certain = false): ArgType {
  if (name.startsWith('DynSelect_')) return { kind: 'dynamicSelect', name: name.slice(10) };
  return certain || /^\p{Lu}/u.test(name) ? { kind: 'resource', name: snakeCase(name) } : unknown;
}

function wellKnown(name: string): ArgType | undefined {
  switch (name) {
    case 'String':
      return { kind: 'string' };
    case 'Number':
      return { kind: 'number' };
    case 'Boolean':
      return { kind: 'boolean' };
    case 'BigInt':
      return { kind: 'integer' };
    case 'Date':
      return { kind: 'datetime' };
    case 'Base64':
      return { kind: 'bytes' };
    case 'Email':
      return { kind: 'string', format: 'email' };
    case 'Sql':
      return { kind: 'string', format: 'sql' };
    default:
      return undefined;
  }
}

/** The literal that names one side of a union of objects: its `label`, or else its `kind`. */
function variantOf(type: ArgType): Variant | undefined {
  if (type.kind !== 'object' || !type.fields) return undefined;
  for (const key of ['label', 'kind']) {
    const field = type.fields.find((candidate) => candidate.key === key);
    if (field?.type.kind !== 'string' || field.type.choices?.length !== 1) continue;
    return { label: field.type.choices[0] as string, fields: type.fields };
  }
  return undefined;
}

function unionOf(types: readonly ArgType[]): ArgType {
  const [first] = types;
  if (first === undefined) return unknown;
  if (types.length === 1) return first;
  if (types.every((type) => type.kind === 'string')) {
    const open = types.find((type) => type.choices === undefined);
    return (
      open ?? { kind: 'string', choices: distinct(types.flatMap((type) => type.choices ?? [])) }
    );
  }
  if (types.every((type) => type.kind === 'number')) {
    const open = types.find((type) => type.choices === undefined);
    return (
      open ?? { kind: 'number', choices: distinct(types.flatMap((type) => type.choices ?? [])) }
    );
  }
  if (types.every((type) => type.kind === 'oneOf' || variantOf(type))) {
    const variants = types.flatMap((type) =>
      type.kind === 'oneOf' ? [...type.variants] : [variantOf(type) as Variant],
    );
    return { kind: 'oneOf', variants };
  }
  // `boolean` is `true | false` by another name; a union of plain objects is still an object.
  if (types.every((type) => type.kind === 'boolean' || type.kind === 'integer')) {
    return types.every((type) => type.kind === first.kind) ? first : unknown;
  }
  return types.every((type) => type.kind === 'object') ? { kind: 'object' } : unknown;
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

/** Reads the types of one signature; never throws, never runs code, and its work is bounded. */
export function typeReader(scope: Scope): (type: TSType) => Told {
  const reader = new TypeReader(scope);
  return (type) => reader.read(type);
}
