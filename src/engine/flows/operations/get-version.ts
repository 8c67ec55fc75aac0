// flows.getVersion
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { flow, flowVersionId } from '../flow.ts';
import type { Flows } from '../flows.ts';

export const getFlowVersion = (flows: Flows) =>
  operation({
    name: 'flows.getVersion',
    summary: 'Read one version of a flow.',
    risk: 'read',
    action: 'flows:read',
    input: z.strictObject({ version: flowVersionId }),
    output: flow,
    run: (call, { version }) => flows.getVersion(call, version),
  });
