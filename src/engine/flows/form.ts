// Checks what people answer against the form of a step (`resume_form.schema`).
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { AppError, judged, messageOf } from '../../base/index.ts';

type Schema = Readonly<Record<string, unknown>>;

const maxSchemaChars = 200_000;

/** Throws what is wrong with the schema itself. */
function compile(schema: Schema): ValidateFunction {
  if (JSON.stringify(schema).length > maxSchemaChars) {
    throw new Error(`a form has ${maxSchemaChars} characters at most`);
  }
  const compiler = new Ajv2020({
    strict: false,
    validateSchema: false,
    validateFormats: false,
    logger: false,
  });
  return compiler.compile(judged(schema) as object);
}

/** Why nothing can be checked against this schema; undefined when it can. */
export function schemaProblem(schema: Schema): string | undefined {
  try {
    compile(schema);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** `list.0.a: must be string`: names what has to change. */
function sentence({ instancePath, keyword, params, message }: ErrorObject): string {
  const parts = instancePath.split('/').slice(1);
  const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const at = (...more: string[]): string => [...names, ...more].join('.') || 'the payload';
  if (keyword === 'required') return `${at(String(params['missingProperty']))}: this is needed`;
  if (keyword === 'additionalProperties') {
    return `${at(String(params['additionalProperty']))}: the form has no such field`;
  }
  if (keyword === 'enum') {
    const choices: unknown[] = params['allowedValues'] ?? [];
    const shown = choices.slice(0, 20).map((choice) => JSON.stringify(choice));
    return `${at()}: choose one of ${shown.join(', ')}`;
  }
  return `${at()}: ${message ?? 'this does not fit'}`;
}

/** Throws `invalid_input` that names the field, or `unprocessable` when the form is no schema. */
export function assertFits(schema: Schema, payload: unknown): void {
  let errors: ValidateFunction['errors'];
  try {
    const validate = compile(schema);
    if (validate(payload)) return;
    errors = validate.errors;
  } catch (error) {
    throw new AppError('unprocessable', `The form of this step is no schema: ${messageOf(error)}`, {
      hint: 'Deny it, put the form right, and start the flow again.',
    });
  }
  const [first] = errors ?? [];
  throw new AppError(
    'invalid_input',
    `The payload does not fit the form: ${first ? sentence(first) : 'it is not accepted'}.`,
    { hint: 'approvals.get and approvals.show tell the form as formSchema.' },
  );
}
