// The variables that every job finds in its environment, for pickers and documents; what a run
// really gets is in `workers/environment.ts`, and a test holds the two together.
import { type Call, workspaceOf } from '../../operation/index.ts';

export interface ContextualVariable {
  name: string;
  value: string;
  description: string;
  isCustom: boolean;
}

const told: readonly [name: string, description: string][] = [
  ['WM_WORKSPACE', 'Workspace of the job'],
  ['WM_TOKEN', 'Token of the job, with no more rights than who started it; ends with the run'],
  ['WM_EMAIL', 'E-mail address of who started the job'],
  ['WM_USERNAME', 'Username of who started the job'],
  ['WM_END_USER_EMAIL', 'E-mail address of the person behind the run'],
  ['WM_BASE_URL', 'Public address of this server'],
  ['BASE_URL', 'Address of this server'],
  ['BASE_INTERNAL_URL', 'Address that the job reaches this server under'],
  ['WM_JOB_ID', 'Id of the job'],
  ['WM_JOB_PATH', 'Path of the script or flow'],
  ['WM_ROOT_JOB_ID', 'Id of the first job of the chain'],
  ['WM_FLOW_JOB_ID', 'Id of the flow that the job is a step of'],
  ['WM_ROOT_FLOW_JOB_ID', 'Id of the outermost flow that the job is a step of'],
  ['WM_FLOW_PATH', 'Path of the flow that the job is a step of'],
  ['WM_FLOW_STEP_ID', 'Id of the step in its flow'],
  ['WM_SCHEDULE_PATH', 'Path of the schedule that started the job'],
  ['WM_SCHEDULED_FOR', 'Time that the job was due at, RFC 3339'],
  ['WM_PERMISSIONED_AS', 'Whose rights the job has: u/<user> or g/<group>'],
  ['WM_STATE_PATH', 'Path of the state resource of this script and trigger'],
  ['WM_STATE_PATH_NEW', 'The same'],
  ['WM_OBJECT_PATH', 'A path of its own for files of this run'],
  ['WM_WORKER_GROUP', 'Group of the worker'],
  ['WM_RUNNABLE_ID', 'Hash of the script version'],
];

/** Values of what can be known outside a job, the others empty. */
export function contextualVariables(call: Call, origin: string): ContextualVariable[] {
  const { email, membership } = call.caller;
  const username = membership?.username ?? email;
  const known: Readonly<Record<string, string>> = {
    WM_WORKSPACE: workspaceOf(call),
    WM_EMAIL: email,
    WM_USERNAME: username,
    WM_END_USER_EMAIL: email,
    WM_BASE_URL: origin,
    BASE_URL: origin,
    BASE_INTERNAL_URL: origin,
    WM_PERMISSIONED_AS: `u/${username}`,
  };
  return told.map(([name, description]) => ({
    name,
    value: known[name] ?? '',
    description,
    isCustom: false,
  }));
}

/** What the workspace adds. */
export function customVariables(values: Readonly<Record<string, string>>): ContextualVariable[] {
  return Object.entries(values).map(([name, value]) => ({
    name,
    value,
    description: 'Added by the workspace',
    isCustom: true,
  }));
}
