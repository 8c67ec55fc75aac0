// services.search
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { anyService, serviceName } from '../../name.ts';
import type { Discovery } from '../discovery.ts';

export const searchActions = (discovery: Discovery) =>
  operation({
    name: 'services.search',
    summary: 'Find actions of services by what they do, also those that no tool lists.',
    risk: 'read',
    action: 'services:read',
    tool: 'gateway_search_actions',
    on: () => anyService,
    input: z.strictObject({
      query: z.string().min(1).max(500).describe('what is to be done, in words'),
      service: serviceName.optional().describe('only this service'),
      limit: z.int().min(1).max(50).default(10).describe('how many at most'),
    }),
    output: z.object({
      actions: z.array(
        z.object({
          name: z.string().describe('<service>.<action>'),
          description: z.string(),
          risk: z.enum(['low', 'medium', 'destructive']),
          active: z.boolean().describe('whether it can be called now'),
        }),
      ),
      hint: z.string(),
    }),
    async run(call, wanted) {
      const actions = await discovery.search(call, wanted);
      const hint =
        actions.length === 0
          ? 'Nothing fits. Try other words, or do without this action.'
          : 'gateway_activate makes one callable by the tools of its service.';
      return { actions, hint };
    },
  });
