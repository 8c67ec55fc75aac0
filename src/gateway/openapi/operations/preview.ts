// openapi.preview
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionClasses } from '../../action.ts';
import type { OpenApi } from '../openapi.ts';
import { source } from '../source.ts';

export const previewOpenApi = (openApi: OpenApi) =>
  operation({
    name: 'openapi.preview',
    summary: 'List what an OpenAPI document would give, and store nothing.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject(source),
    output: z.object({
      title: z.string(),
      baseUrl: z.string().nullable(),
      actions: z.array(
        z.object({ name: z.string(), class: z.enum(actionClasses), description: z.string() }),
      ),
    }),
    run: (_, said) => openApi.preview(said),
  });
