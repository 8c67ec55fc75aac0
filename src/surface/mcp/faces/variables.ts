// Endpoint tools of variables. The value of a secret is handed to a model only where the token says
// so: scripts use it.
import type { ToolResult } from '../protocol.ts';
import { type VariableOutput, variableShape } from '../../shapes/index.ts';
import { valueResult } from '../results.ts';
import type { FaceDeps, Invocation } from '../tool.ts';
import type { Argument, Endpoint } from './endpoint.ts';
import * as field from './fields.ts';

/** What a token needs so that a model may see the value of a secret. */
const secretsScope = 'mcp:secrets';

const path = (place: 'path' | 'body'): Argument =>
  field.required(field.text(place, 'Path of the variable, such as f/team/api_key.'));

const settings = {
  value: field.text('body', 'The value, as text.'),
  is_secret: field.flag('body', 'Encrypted, hidden in lists and masked in logs.'),
  description: field.text('body', 'What it is for.'),
  labels: field.texts('body', 'Labels.'),
  expires_at: field.moment('body', 'When it is to be gone.'),
  ws_specific: field.ignored('body'),
};

const written = (verb: string) => (output: { path: string }) =>
  `${verb} the variable ${output.path}.`;

async function read({ door }: FaceDeps, { call, args }: Invocation): Promise<ToolResult> {
  const { path: wanted, decrypt_secret: decrypts } = args;
  const mayReveal = call.caller.scopes?.includes(secretsScope) === true && decrypts !== false;
  const input = { path: wanted, decryptSecret: false };
  const found = (await door.invoke(call, 'variables.get', input)) as VariableOutput;
  // Only what is a secret is asked about.
  const variable =
    found.isSecret && mayReveal
      ? ((await door.invoke(call, 'variables.reveal', { path: wanted })) as VariableOutput)
      : found;
  const result = valueResult(variableShape(variable));
  if (variable.value !== null) return result;
  const why = variable.isSecret
    ? 'The value of a secret is not shown here.'
    : 'Operators do not see the values of variables.';
  const text = `${why} Give $var:${variable.path} as an argument to a script that uses it.`;
  return { ...result, content: [...result.content, { type: 'text', text }] };
}

export const variableEndpoints: readonly Endpoint[] = [
  {
    name: 'listVariable',
    title: 'List variables',
    description: 'Finds variables and secrets that you may read; secrets come without values.',
    method: 'GET',
    route: '/w/{workspace}/variables/list',
    effect: 'reads',
    operation: 'variables.list',
    arguments: {
      ...field.paging,
      path_start: field.text('query', 'Only paths that begin with this, such as f/team/.'),
      path: field.text('query', 'Only this path.'),
      description: field.text('query', 'Only those whose description holds this.'),
      value: field.text('query', 'Only plain ones whose value holds this.'),
      label: field.text('query', 'Only those with this label.'),
      ...field.listing,
    },
    shape: (variables: VariableOutput[]) => variables.map(variableShape),
  },
  {
    name: 'getVariable',
    title: 'Read a variable',
    description:
      'Reads a variable. The value of a secret is shown only to a token with mcp:secrets, once ' +
      'the user agreed: to use one, give $var:<path> as an argument to a script.',
    method: 'GET',
    route: '/w/{workspace}/variables/get/{path}',
    effect: 'reads',
    operation: 'variables.get',
    asks: 'variables.reveal',
    arguments: {
      path: path('path'),
      decrypt_secret: field.flag('query', 'Whether to show a secret, where the token may; true.'),
      include_encrypted: field.only('query', false, 'ciphertext of secrets'),
      ...field.reading,
    },
    run: (invocation, deps) => read(deps, invocation),
  },
  {
    name: 'createVariable',
    title: 'Create a variable',
    description:
      'Creates a variable, or a secret with is_secret. Ask people to enter secrets themselves ' +
      'where you can: what you send is part of your conversation.',
    method: 'POST',
    route: '/w/{workspace}/variables/create',
    effect: 'adds',
    operation: 'variables.create',
    arguments: {
      path: path('body'),
      ...settings,
      value: field.required(settings.value),
      account: field.unlisted({ in: 'body', schema: { type: 'integer' } }),
      is_oauth: field.unlisted(field.flag('body', 'It belongs to an account.')),
      already_encrypted: field.only('query', false, 'values that come encrypted'),
    },
    shape: written('Created'),
  },
  {
    name: 'updateVariable',
    title: 'Update a variable',
    description: 'Changes a variable; what you leave out stays as it was.',
    method: 'POST',
    route: '/w/{workspace}/variables/update/{path}',
    effect: 'overwrites',
    operation: 'variables.update',
    arguments: {
      path: path('path'),
      path__body: { ...field.text('body', 'The new path; only to move it.'), to: 'newPath' },
      ...settings,
    },
    shape: written('Updated'),
  },
  {
    name: 'deleteVariable',
    title: 'Delete a variable',
    description: 'Moves a variable to the trash. Only when the user asked for exactly that.',
    method: 'DELETE',
    route: '/w/{workspace}/variables/delete/{path}',
    effect: 'removes',
    operation: 'variables.delete',
    arguments: { path: path('path') },
    shape: written('Deleted'),
  },
];
