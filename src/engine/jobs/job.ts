// What a job is: its shapes on the way in and out, and the states between. No I/O.
import { z } from 'zod';
import { itemPath, language, localScripts, scriptContent, scriptHash } from '../scripts/index.ts';

export const jobId = z.uuid().describe('job id');

export const jsonPath = z
  .string()
  .min(1)
  .max(1000)
  .optional()
  .describe('only what stands there, as in a.b.0: names and indexes with dots between');

/** Of a value that is kept with a job. */
export const stateKey = z
  .string()
  .min(1)
  .max(200)
  .refine((key) => !key.includes('\0'), 'a key has no character U+0000')
  .describe('name of the value');

/** What `main` gets by parameter name; names that it does not declare are ignored. */
const jobArgs = z.record(z.string(), z.unknown()).default({}).describe('arguments by name');

/** Windmill's queue holds any tag; one that no worker serves waits and says so. */
const tag = z.string().min(1).max(100).optional().describe('worker tag');

export const runFields = {
  args: jobArgs,
  event: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('what a trigger saw; a preprocessor, where there is one, makes the arguments of it'),
  tag,
  scheduledFor: z.int().min(0).optional().describe('epoch milliseconds to start at'),
  scheduledInSecs: z.int().min(0).max(31_536_000).optional().describe('seconds to wait'),
  parentJob: jobId.optional().describe('the job that starts this one'),
  rootJob: jobId.optional().describe('the first job of the chain'),
  jobId: jobId.optional().describe('id to give the job'),
  timeout: z.int().min(1).max(604_800).optional().describe('seconds that it may take'),
  invisibleToOwner: z.boolean().default(false).describe('hide it from the owners of the path'),
  queueLimit: z
    .int()
    .min(0)
    .max(10_000_000)
    .optional()
    .describe('refuse the run while so many jobs of the workspace wait'),
};

/** Windmill's name for an argument that says which function runs first. */
export const entrypointArgument = '_ENTRYPOINT_OVERRIDE';

export const waitField = z
  .int()
  .min(0)
  .max(600_000)
  .optional()
  .describe('milliseconds to wait for the end; then the job goes on and its id is the answer');

export const previewFields = {
  content: scriptContent,
  language,
  path: itemPath.optional().describe('where it would be deployed; relative imports start here'),
  lock: z.string().max(4_000_000).nullish().describe('lock of the imports'),
  localScripts: localScripts.optional(),
  ...runFields,
};

/** Code whose imports are to be resolved. */
export const lockFields = {
  content: scriptContent,
  language,
  path: itemPath,
  localScripts: localScripts.optional(),
};

/** Runs a flow that is not deployed. */
export const flowPreviewFields = {
  value: z
    .record(z.string(), z.unknown())
    .describe('OpenFlow: modules, each with an id and a value'),
  path: itemPath.optional().describe('where it would be deployed'),
  localScripts: localScripts.optional(),
  ...runFields,
};

const anyObject = z.record(z.string(), z.unknown());

/** Runs one step of a flow that is not deployed. */
export const flowStepFields = {
  value: anyObject.describe('OpenFlow: the whole flow'),
  step: z.string().max(100).describe('id of the step'),
  args: anyObject.optional().describe('arguments of the step in place of its own inputs'),
  flowInput: anyObject.optional().describe('what flow_input is; with iter for a step in a loop'),
  results: anyObject.default({}).describe('what results.<id> gives, by id of the step'),
  fromJob: jobId.optional().describe('an earlier run: its input and results, unless given here'),
  path: itemPath.optional().describe('where the flow would be deployed'),
};
export type FlowStepPreview = z.output<z.ZodObject<typeof flowStepFields>>;

export const byVersion = {
  version: z.int().min(1).max(Number.MAX_SAFE_INTEGER).describe('version of a flow'),
};

export const byPath = { path: itemPath };
export const byHash = { hash: scriptHash };

/** Options of a run, whatever names the code. */
export type RunOptions = z.output<z.ZodObject<typeof runFields>>;

export const outcome = z.object({
  id: jobId,
  done: z.boolean().describe('false: the wait is over, the job goes on'),
  success: z.boolean().nullable(),
  result: z.unknown().describe('what main returned, or {error: {name, message, stack}}'),
  path: z.string().nullable(),
});
export type Outcome = z.output<typeof outcome>;

const nullableText = z.string().nullable();
const nullableNumber = z.number().nullable();

export const job = z.object({
  type: z.enum(['QueuedJob', 'CompletedJob']),
  workspaceId: z.string(),
  id: jobId,
  parentJob: nullableText,
  rootJob: nullableText,
  createdBy: z.string(),
  createdAt: z.number(),
  startedAt: nullableNumber,
  scriptPath: nullableText,
  scriptHash: nullableText,
  args: z.record(z.string(), z.unknown()).nullable(),
  jobKind: z.string(),
  language: nullableText,
  permissionedAs: z.string(),
  email: z.string(),
  tag: z.string(),
  priority: z.number(),
  visibleToOwner: z.boolean(),
  triggerKind: nullableText,
  schedulePath: nullableText,
  worker: nullableText,
  memPeak: nullableNumber.describe('kB'),
  canceled: z.boolean(),
  canceledBy: nullableText,
  canceledReason: nullableText,
  isFlowStep: z.boolean(),
  running: z.boolean().nullable(),
  scheduledFor: nullableNumber,
  lastPing: nullableNumber,
  suspend: nullableNumber.describe('of a flow that waits for people: how many answers it lacks'),
  completedAt: nullableNumber,
  durationMs: nullableNumber,
  success: z.boolean().nullable(),
  result: z.unknown(),
  isSkipped: z.boolean().nullable(),
  deleted: z.boolean(),
  labels: z.array(z.string()).nullable(),
  resolvedBy: nullableText.optional().describe('who has looked after its failure'),
  resolvedAt: nullableNumber.optional(),
  resolutionNote: nullableText.optional(),
  progress: nullableNumber.optional().describe('percent, as the job says'),
  rawCode: nullableText.optional(),
  logs: nullableText.optional(),
  flowStatus: z.unknown().describe('of a flow: its steps and how they stand'),
  rawFlow: z.unknown().describe('of a flow preview: what was sent'),
  flowStepId: nullableText.optional(),
  workflowStatus: z.unknown().describe('of a workflow as code: its tasks and what it knows'),
  waitReason: nullableText.optional().describe('why it waits, in a sentence'),
  queuePosition: nullableNumber.optional().describe('1 is next among the jobs of its tag'),
});
export type Job = z.output<typeof job>;

/** Kinds that move by their steps; no worker holds them. */
export const flowKinds = ['flow', 'flowpreview', 'flownode', 'singlestepflow', 'aiagent'] as const;

/** The tags of what needs no language: any worker that serves them does it. */
export const builtInTags = { flow: 'flow', dependency: 'dependency' } as const;

/** `aistep` is what an agent does by itself. */
export type JobKind =
  | 'script'
  | 'preview'
  | 'appscript'
  | 'identity'
  | 'aistep'
  | 'dependencies'
  | 'flowdependencies'
  | (typeof flowKinds)[number];

/** Of a job that a component of an app started: who used the app. */
interface EndUser {
  /** Null: nobody that logged in. */
  endUser?: string | null;
  endUserEmail?: string | null;
  /** Arguments whose references are resolved as the end user. */
  endUserArgs?: readonly string[] | null;
}

/** A row to insert; the worker's fields are set when a slot of this process takes it at once. */
export interface NewJob extends EndUser {
  id: string;
  workspace: string;
  kind: JobKind;
  path: string | null;
  hash: string | null;
  language: string | null;
  args: Record<string, unknown>;
  rawCode: string | null;
  bundleHash: string | null;
  parameters: readonly string[];
  tag: string;
  createdBy: string;
  permissionedAs: string;
  email: string;
  scopes: readonly string[] | null;
  createdAt: number;
  scheduledFor: number;
  parentJob: string | null;
  rootJob: string | null;
  triggerKind: string | null;
  /** The app that started it. */
  triggerPath?: string | null;
  schedulePath?: string | null;
  visibleToOwner: boolean;
  timeoutS: number | null;
  rerunOnCrash: boolean;
  isolation: 'warm' | 'fresh';
  worker: string | null;
  tokenHash: string | null;
  /** A flow's step, and which; the other fields are of flows alone (see the migration). */
  isFlowStep?: boolean;
  flowStepId?: string | null;
  /** The path of the flow around a step. */
  flowPath?: string | null;
  /** 1 to 100; higher ones are claimed first. */
  priority?: number;
  flowState?: object;
  flowVersion?: number | null;
  flowNode?: string | null;
  flowSource?: string | null;
  rawFlow?: object | null;
  /** Of a workflow's task that runs the workflow's own code: its key there. */
  workflowKey?: string | null;
  /** With a key it waits until fewer than `concurrencyLimit` of the key run. */
  concurrencyKey?: string | null;
  concurrencyLimit?: number | null;
  concurrencyWindowS?: number | null;
  debounceKey?: string | null;
  debounceSince?: number | null;
  debounceCount?: number | null;
  cacheKey?: string | null;
  deleteAfterS?: number | null;
  /** The run whose folder this step shares with the other steps. */
  sharedFolder?: string | null;
  /** Runs from now on, without a worker. */
  started?: boolean;
  /** Over from the start, with this success and result. */
  finished?: boolean;
  success?: boolean;
  resultJson?: string;
  durationMs?: number;
}

/** What a worker needs to run a job: the claimed row and the clear text of its token. */
export interface ClaimedJob extends EndUser {
  id: string;
  workspace: string;
  path: string | null;
  hash: string | null;
  kind: JobKind;
  language: string | null;
  args: Record<string, unknown>;
  rawCode: string | null;
  bundleHash: string | null;
  parameters: readonly string[];
  tag: string;
  createdBy: string;
  permissionedAs: string;
  email: string;
  scopes: readonly string[] | null;
  isFlowStep?: boolean;
  flowStepId?: string | null;
  flowPath?: string | null;
  parentJob: string | null;
  rootJob: string | null;
  timeoutS: number | null;
  isolation: 'warm' | 'fresh';
  attempt: number;
  /** Of a workflow: the attempt that its last round was. */
  rounds?: number;
  workflowKey?: string | null;
  sharedFolder?: string | null;
  visibleToOwner: boolean;
  rerunOnCrash: boolean;
  scheduledFor: number;
  schedulePath?: string | null;
  startedAt: number;
  token: string;
}

/** How a run ended, to be stored. */
export interface Completion {
  id: string;
  worker: string;
  attempt: number;
  success: boolean;
  /** JSON text, stored as it is. */
  resultJson: string;
  completedAt: number;
  durationMs: number;
  memPeakKb: number | null;
  canceled: boolean;
  /** What the result asks to be labelled with. */
  labels: readonly string[] | null;
}

/** The error result of a job, in Windmill's shape. */
export function errorResult(name: string, message: string): string {
  return JSON.stringify({ error: { name, message } });
}
