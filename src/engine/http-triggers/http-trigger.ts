// What an HTTP route is: the shapes on the way in and out. No I/O.
import { z } from 'zod';
import { args, handlerPath, retry, runsAsFields } from '../schedules/index.ts';
import { itemPath } from '../scripts/index.ts';
import { fileKey } from '../storage/index.ts';
import { grants, itemDescription, itemLabels } from '../variables/index.ts';

const noNul = (text: string): boolean => !text.includes('\0');

const httpMethod = z
  .enum(['get', 'post', 'put', 'delete', 'patch'])
  .describe('method of the requests');

const routePath = z
  .string()
  .min(1)
  .max(500)
  .describe('below /api/r/: parts, :names, and *rest at the end, such as hooks/github/:event');

const fields = {
  routePath,
  httpMethod,
  workspacedRoute: z
    .boolean()
    .describe('the workspace’s id comes first in the address; others than admins need it'),
  scriptPath: itemPath
    .or(z.literal(''))
    .describe('path of the script or flow that it runs; empty where it answers stored files'),
  isFlow: z.boolean().describe('scriptPath is a flow'),
  requestType: z
    .enum(['sync', 'async', 'sync_sse'])
    .describe('answer the result, the id of the job, or a stream that ends with the result'),
  authenticationMethod: z
    .enum(['none', 'windmill', 'api_key', 'basic_http', 'signature', 'custom_script'])
    .describe('who may call it; none and custom_script: anybody, the script decides'),
  authenticationResourcePath: itemPath
    .nullish()
    .describe('resource with the key, the password or the secret of signatures'),
  wrapBody: z.boolean().describe('the body becomes the argument body'),
  retry: retry.describe('try a failed run again, as OpenFlow says it'),
  errorHandlerPath: handlerPath.describe(
    'script/<path> or flow/<path> to run when it fails for good; it answers the request',
  ),
  errorHandlerArgs: args.nullish().describe('further arguments of the error handler'),
  staticKey: fileKey
    .nullish()
    .describe('key of a stored file that it answers, of a website: of the folder of its files'),
  isWebsite: z.boolean().describe('answers every file of the folder, and its index.html'),
  rawString: z.boolean().describe('the body’s text becomes the argument raw_string'),
  summary: z.string().max(1000).refine(noNul).describe('one line'),
  description: itemDescription,
  labels: itemLabels,
  extraPerms: grants,
};

export const newHttpTrigger = z.strictObject({
  path: itemPath,
  ...fields,
  workspacedRoute: fields.workspacedRoute.default(false),
  isFlow: fields.isFlow.default(false),
  requestType: fields.requestType.default('sync'),
  wrapBody: fields.wrapBody.default(false),
  rawString: fields.rawString.default(false),
  scriptPath: fields.scriptPath.default(''),
  isWebsite: fields.isWebsite.default(false),
  summary: fields.summary.default(''),
  description: fields.description.default(''),
  labels: fields.labels.default([]),
  extraPerms: fields.extraPerms.default({}),
  enabled: z.boolean().default(true).describe('whether it answers'),
  ...runsAsFields,
});
export type NewHttpTrigger = z.output<typeof newHttpTrigger>;

export const httpTriggerChange = z.strictObject({
  path: itemPath,
  ...z.object(fields).partial().shape,
  ...runsAsFields,
});
export type HttpTriggerChange = z.output<typeof httpTriggerChange>;

export const httpTrigger = z.object({
  workspaceId: z.string(),
  path: z.string(),
  ...fields,
  authenticationResourcePath: z.string().nullable(),
  staticKey: z.string().nullable(),
  enabled: z.boolean(),
  permissionedAs: z.string(),
  email: z.string(),
  editedBy: z.string(),
  editedAt: z.number(),
});
export type HttpTrigger = z.output<typeof httpTrigger>;

/** With what only the engine needs. */
export interface HttpTriggerRow extends HttpTrigger {
  scopes: readonly string[] | null;
}

export const triggerCounts = z.object({
  primarySchedule: z.string().nullable().describe('cron of the schedule at the same path'),
  schedules: z.number(),
  httpRoutes: z.number(),
});
export type TriggerCounts = z.output<typeof triggerCounts>;
