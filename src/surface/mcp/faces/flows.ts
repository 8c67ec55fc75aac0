// Endpoint tools of flows: find, read, write, delete, run, try out.
import { AppError } from '../../../base/index.ts';
import { type FlowOutput, flowShapes } from '../../shapes/index.ts';
import type { JsonObject, ToolResult } from '../protocol.ts';
import { linkedToRun, valueResult } from '../results.ts';
import type { FaceDeps, Invocation } from '../tool.ts';
import { type Argument, type Endpoint, inputOf } from './endpoint.ts';
import * as field from './fields.ts';
import { outcomeResult } from './outcome.ts';

/** Enough to write most flows; what is wrong with one is said with the module's id. */
const openFlow =
  'OpenFlow: {"modules": [{"id": "a", "value": …}, …]}, run in order. A value is one of: ' +
  '{"type": "rawscript", "language": "bun", "content": "export async function main(x) {…}", ' +
  '"input_transforms": {"x": {"type": "javascript", "expr": "flow_input.x"}}}; {"type": "script" ' +
  'or "flow", "path": "f/team/x", "input_transforms": {…}}; {"type": "forloopflow", "iterator": ' +
  '{"type": "javascript", "expr": "results.a"}, "modules": […], "skip_failures": false, ' +
  '"parallel": true, "parallelism": 10} (inside: flow_input.iter.value and .index); {"type": ' +
  '"whileloopflow", "modules": […]} (until stop_after_if); {"type": "branchone", "branches": ' +
  '[{"expr": "…", "modules": […]}], "default": […]}; {"type": "branchall", "branches": ' +
  '[{"modules": […]}], "parallel": true}; {"type": "identity"}. Inputs are {"type": "static", ' +
  '"value": …} or {"type": "javascript", "expr": …} over flow_input, results.<id>, ' +
  'previous_result, variable(path), resource(path). Beside id and value a module may have ' +
  'retry, timeout, sleep, skip_if, stop_after_if, continue_on_error, suspend; beside modules the ' +
  'flow may have failure_module with the id "failure", and "gateway-services": [{"jira": ' +
  '["read"]}, {"slack": ["write"]}] for steps that use Jira, Slack and other services as you: ' +
  '`import { millrace } from "millrace"` … `await millrace.jira.read({action: "search_issues", ' +
  'query: "…"})`; how: readDocsPage of how-to/delegation.';

const value: Argument = {
  in: 'body',
  schema: { type: 'object', description: openFlow },
};

const schema: Argument = {
  in: 'body',
  schema: {
    type: 'object',
    description:
      'JSON Schema of flow_input: {"type": "object", "properties": {…}, "required": […]}. ' +
      'They are the arguments of the flow’s own tool.',
  },
};

const versionFields = {
  summary: field.text('body', 'One line: what it does, shown as the title of its tool.'),
  value,
  schema,
  description: field.text('body', 'More about it, in Markdown, for whoever picks the tool.'),
  tag: field.text('body', 'Worker tag of its steps; scripts with a tag keep theirs.'),
  deployment_message: field.text('body', 'Why this version.'),
};

const flowPath = (): Argument =>
  field.required(field.text('path', 'Path of the flow, such as f/team/report.'));

interface Written {
  path: string;
  warnings: readonly string[];
}

/** The path; with what will fail, when anything will. */
const written = ({ path, warnings }: Written) =>
  warnings.length === 0 ? path : { path, warnings };

const create: Endpoint = {
  name: 'createFlow',
  title: 'Create a flow',
  description:
    'Writes a new flow, which is then a tool of its own. Try it with ' +
    'runFlowPreviewAndWaitResult first; to change a flow that exists use updateFlow.',
  method: 'POST',
  route: '/w/{workspace}/flows/create',
  effect: 'adds',
  operation: 'flows.create',
  target: 'flow',
  arguments: {
    path: field.required(
      field.text('body', 'Where to put it: u/<you>/<name> or f/<folder>/<name>.'),
    ),
    ...versionFields,
    summary: field.required(versionFields.summary),
    value: field.required(value),
  },
  shape: written,
};

/** What the new version says that the model left out: what the flow said before. */
const keptFields = ['summary', 'description', 'value', 'schema', 'tag', 'timeout', 'extra'];

async function updateFlow(
  endpoint: Endpoint,
  invocation: Invocation,
  { door }: FaceDeps,
): Promise<ToolResult> {
  const own = inputOf(endpoint, invocation.args);
  const { path } = own;
  let current: JsonObject = {};
  try {
    current = (await door.invoke(invocation.call, 'flows.get', { path })) as JsonObject;
  } catch (error) {
    // A token may name updateFlow without the right to read: then everything must be given.
    if (!(error instanceof AppError) || error.code !== 'insufficient_scope') throw error;
  }
  const kept = keptFields.filter((name) => (current[name] ?? null) !== null);
  const before = Object.fromEntries(kept.map((name) => [name, current[name]]));
  const made = await door.invoke(invocation.call, 'flows.update', { ...before, ...own });
  return valueResult(written(made as Written));
}

const update: Endpoint = {
  name: 'updateFlow',
  title: 'Update a flow',
  description:
    'Writes a new version of a flow that exists; the old ones stay in its history. What you ' +
    'leave out stays as it was, but value is always the whole flow: read it with getFlowByPath.',
  method: 'POST',
  route: '/w/{workspace}/flows/update/{path}',
  effect: 'changes',
  operation: 'flows.update',
  target: 'flow',
  arguments: {
    path: flowPath(),
    path__body: { ...field.text('body', 'The new path; only to move the flow.'), to: 'newPath' },
    ...versionFields,
  },
  run: (invocation, deps) => updateFlow(update, invocation, deps),
};

const preview: Endpoint = {
  name: 'runFlowPreviewAndWaitResult',
  title: 'Try a flow and wait for its result',
  description:
    'Runs a flow that is not deployed and waits for its result: for trying it before createFlow ' +
    'or updateFlow. A step that is wrong is named with its id.',
  method: 'POST',
  route: '/w/{workspace}/jobs/run_wait_result/preview_flow',
  effect: 'runs',
  operation: 'jobs.previewFlowWait',
  target: 'preview',
  arguments: {
    value: field.required(value),
    args: field.required({
      in: 'body',
      schema: { type: 'object', description: 'flow_input: arguments by name; {} for none.' },
    }),
    path: field.text('body', 'Where it would be deployed; relative imports start there.'),
  },
  run: async (invocation, { door, waitMs }) => {
    const input = { ...inputOf(preview, invocation.args), waitMs };
    const outcome = await door.invoke(invocation.call, 'jobs.previewFlowWait', input);
    return outcomeResult(outcome, { invocation, door });
  },
};

const readEndpoints: readonly Endpoint[] = [
  {
    name: 'listFlows',
    title: 'List flows',
    description:
      'Finds flows that you may read, newest first, without their values. Each deployed flow is ' +
      'also a tool of its own.',
    method: 'GET',
    route: '/w/{workspace}/flows/list',
    effect: 'reads',
    operation: 'flows.list',
    arguments: {
      ...field.paging,
      path_start: field.text('query', 'Only paths that begin with this, such as f/team/.'),
      path_exact: field.text('query', 'Only this path.'),
      created_by: field.text('query', 'Only flows last written by this username.'),
      order_desc: field.flag('query', 'Newest first; true.'),
      show_archived: field.flag('query', 'Archived ones instead.'),
      ...field.starred.list,
    },
    shape: (flows: FlowOutput[]) => flows.map(flowShapes.whole),
  },
  {
    name: 'getFlowByPath',
    title: 'Read a flow',
    description:
      'Reads the newest version of a flow: its modules and the JSON Schema of its arguments. ' +
      'Call it before runFlowByPath or updateFlow.',
    method: 'GET',
    route: '/w/{workspace}/flows/get/{path}',
    effect: 'reads',
    operation: 'flows.get',
    target: 'flow',
    arguments: { path: flowPath(), ...field.starred.read },
    shape: flowShapes.whole,
  },
];

const check: Endpoint = {
  name: 'validateFlow',
  title: 'Check a flow',
  description:
    'Says what is wrong with a flow before it is written: shape, ids, expressions, and that what ' +
    'it calls exists and gets its arguments. Nothing runs; inline code is not built, which ' +
    'runFlowPreviewAndWaitResult does.',
  method: 'POST',
  route: '/w/{workspace}/flows/validate',
  effect: 'reads',
  operation: 'flows.validate',
  arguments: {
    value: field.required({
      in: 'body',
      schema: { type: 'object', description: 'OpenFlow, as createFlow takes it.' },
    }),
  },
};

/** In the order in which they are listed. */
export const flowEndpoints: readonly Endpoint[] = [
  ...readEndpoints,
  create,
  update,
  {
    name: 'deleteFlowByPath',
    title: 'Delete a flow',
    description:
      'Moves a flow to the trash. Only when the user asked for exactly that; jobs that it ran ' +
      'stay readable.',
    method: 'DELETE',
    route: '/w/{workspace}/flows/delete/{path}',
    effect: 'removes',
    operation: 'flows.delete',
    target: 'flow',
    arguments: { path: flowPath(), keep_captures: field.ignored('query') },
    shape: ({ path }: { path: string }) => path,
  },
  {
    name: 'runFlowByPath',
    title: 'Start a flow by its path',
    description:
      'Starts a deployed flow and answers its job id at once; waitJob gets the result. Give the ' +
      "flow's own arguments beside path: read them with getFlowByPath first. Where the flow is a " +
      'tool of its own, that tool is simpler: it waits.',
    method: 'POST',
    route: '/w/{workspace}/jobs/run/f/{path}',
    effect: 'runs',
    operation: 'jobs.runFlow',
    target: 'flow',
    open: true,
    arguments: { path: flowPath() },
    async run(invocation, { door }) {
      const { path, ...args } = invocation.args;
      const made = await door.invoke(invocation.call, 'jobs.runFlow', { path, args });
      const { id } = made as { id: string };
      return linkedToRun(valueResult(id), invocation, id);
    },
  },
  preview,
  check,
];
