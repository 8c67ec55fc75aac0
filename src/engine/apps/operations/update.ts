// apps.update
import { operation } from '../../../operation/index.ts';
import { appChange, deployed } from '../app.ts';
import type { Apps } from '../apps.ts';

export const updateApp = (apps: Apps) =>
  operation({
    name: 'apps.update',
    summary: 'Write a new version of an app, or change what surrounds it; it may move.',
    risk: 'write',
    action: 'apps:write',
    tool: 'updateApp',
    on: ({ path }) => path,
    input: appChange,
    output: deployed,
    run: (call, input) => apps.update(call, input),
  });
