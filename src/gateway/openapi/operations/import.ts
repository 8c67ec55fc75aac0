// openapi.import
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionClasses } from '../../action.ts';
import { serviceName } from '../../name.ts';
import { serviceAuth } from '../../service-auth.ts';
import type { OpenApi } from '../openapi.ts';
import { source } from '../source.ts';

export const importOpenApi = (openApi: OpenApi) =>
  operation({
    name: 'openapi.import',
    summary: 'Make a service out of an OpenAPI document, or replace it.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({
      name: serviceName,
      title: z.string().min(1).max(100).optional().describe('without: the document’s'),
      ...source,
      baseUrl: z.string().max(500).optional().describe('without: the document’s first server'),
      auth: serviceAuth.default({ kind: 'key', header: 'authorization', prefix: 'Bearer ' }),
      actions: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(200).describe('as openapi.preview tells it'),
            class: z.enum(actionClasses).optional().describe('in the place of the rule’s'),
          }),
        )
        .max(200)
        .describe('what is listed; openapi.preview has the names'),
      longTail: z.boolean().default(true).describe('whether the others can be found by search'),
    }),
    output: z.object({
      name: z.string(),
      title: z.string(),
      baseUrl: z.string(),
      actions: z.number().describe('how many the document has'),
    }),
    run: (call, said) => openApi.import(call, said),
  });
