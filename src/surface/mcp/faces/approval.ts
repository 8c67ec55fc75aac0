// The tool that answers a flow which waits for people. Where the client can ask, the person gives
// the answer and fills in the form; elsewhere the model passes on what it was told.
import { AppError } from '../../../base/index.ts';
import { isObject, type JsonObject, type ToolResult } from '../protocol.ts';
import { valueResult } from '../results.ts';
import type { FaceDeps, Invocation } from '../tool.ts';
import { type Endpoint, inputOf } from './endpoint.ts';
import * as field from './fields.ts';

/** What `approvals.get` answers. */
interface Asked {
  flowId: string;
  flowPath: string | null;
  stepId: string;
  stepSummary: string | null;
  formSchema: JsonObject | null;
  description: unknown;
  defaultArgs: JsonObject;
  canApprove: boolean;
}

const maxShown = 1000;
const kept = [
  ['type', 'title', 'description', 'enum', 'default', 'format', 'pattern'],
  ['minLength', 'maxLength', 'minimum', 'maximum'],
].flat();
const simple = new Set(['string', 'number', 'integer', 'boolean']);

/** A field that clients can show (MCP, elicitation); undefined: they cannot, or must not see it. */
function fieldOf(schema: unknown, given: unknown): JsonObject | undefined {
  if (!isObject(schema) || !simple.has(String(schema['type']))) return undefined;
  if (schema['format'] === 'password' || schema['password'] === true) return undefined;
  const shown = Object.entries(schema).filter(
    ([name, value]) => kept.includes(name) && value !== null && value !== '',
  );
  return { ...Object.fromEntries(shown), ...(given !== undefined && { default: given }) };
}

/** The form for the client, filled with what is known; undefined when it cannot be shown whole. */
function formOf({ formSchema, defaultArgs }: Asked, payload: unknown): JsonObject | undefined {
  const properties = isObject(formSchema?.['properties']) ? formSchema['properties'] : {};
  const given: JsonObject = { ...defaultArgs, ...(isObject(payload) ? payload : {}) };
  const fields: JsonObject = {};
  for (const [name, schema] of Object.entries(properties)) {
    const shown = fieldOf(schema, given[name]);
    if (!shown) return undefined;
    fields[name] = shown;
  }
  const required = formSchema?.['required'];
  return { type: 'object', properties: fields, ...(Array.isArray(required) && { required }) };
}

function messageOf(asked: Asked, approved: boolean): string {
  const { flowPath, flowId, stepId, stepSummary, description } = asked;
  const what = `the flow ${flowPath ?? flowId} at its step ${stepSummary ?? stepId}`;
  const said = typeof description === 'string' ? `\n${description.slice(0, maxShown)}` : '';
  return `${approved ? 'Approve' : 'Deny'} what ${what} waits for?${said}`;
}

/** The payload that the person gave; throws `canceled` when there was no yes. */
async function personSays(invocation: Invocation, deps: FaceDeps): Promise<unknown> {
  const { call, args } = invocation;
  const { payload } = args;
  if (call.asking?.can.form !== true) return payload;
  const input = { id: args['id'] };
  const asked = (await deps.door.invoke(call, 'approvals.get', input)) as Asked;
  // The door says why; nobody is asked for nothing.
  if (!asked.canApprove) return payload;
  const approved = args['approved'] !== false;
  const form = approved ? formOf(asked, payload) : { type: 'object', properties: {} };
  if (!form) return payload;
  const question = { key: 'answer', message: messageOf(asked, approved), form, once: true };
  const answered = await call.asking.ask(question);
  if (answered.action === 'cannot') return payload;
  if (answered.action === 'accept') {
    return asked.formSchema && approved ? answered.content : payload;
  }
  throw new AppError('canceled', 'The flow still waits: the user gave no answer.', {
    hint: 'Do not try again unless the user asks for it.',
  });
}

async function resume(invocation: Invocation, deps: FaceDeps): Promise<ToolResult> {
  const payload = await personSays(invocation, deps);
  const { payload: _given, ...input } = inputOf(resumeFlow, invocation.args);
  const wanted = { ...input, ...(payload !== undefined && { payload }) };
  return valueResult(await deps.door.invoke(invocation.call, 'approvals.resume', wanted));
}

export const resumeFlow: Endpoint = {
  name: 'resumeFlow',
  title: 'Approve or deny a flow that waits',
  description:
    'Answers a flow that waits for an approval. Only when the person you work for has said so ' +
    'for this very flow: the approval is theirs. listApprovals finds such flows.',
  method: 'POST',
  route: '/w/{workspace}/jobs_u/flow/resume_suspended/{id}',
  effect: 'runs',
  operation: 'approvals.resume',
  target: 'job',
  arguments: {
    id: field.jobId('path'),
    approved: field.flag('body', 'False denies; true when left out.'),
    payload: {
      in: 'body',
      schema: { description: 'What the next step reads as `resume`; JSON that fits its form.' },
    },
  },
  run: resume,
};
