// apps.create
import { operation } from '../../../operation/index.ts';
import { deployed, newApp } from '../app.ts';
import type { Apps } from '../apps.ts';

export const createApp = (apps: Apps) =>
  operation({
    name: 'apps.create',
    summary: 'Write a new app, low-code or full-code; it is checked and built first.',
    risk: 'write',
    action: 'apps:write',
    tool: 'createApp',
    on: ({ path }) => path,
    input: newApp,
    output: deployed,
    run: (call, input) => apps.create(call, input),
  });
