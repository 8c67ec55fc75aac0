// What `/mcp/conformance` serves: the product's own engine with the test suite's fixtures in place
// of tools. Its door has no operation and its caller is nobody, so there is nothing to reach.
import { randomBytes } from 'node:crypto';
import type { Clock, Log } from '../../../base/index.ts';
import {
  anonymous,
  type Caller,
  createCatalog,
  createDoor,
  resolveStage,
} from '../../../operation/index.ts';
import { createMcp, type Mcp } from '../mcp.ts';
import { fixtureLibrary } from './library.ts';
import { fixtureCatalogue } from './tools.ts';

export const conformanceAddress = '/mcp/conformance';

/** Holds no right that anything else asks for. */
export const fixtureCaller: Caller = {
  ...anonymous,
  kind: 'token',
  email: 'conformance',
  scopes: ['mcp:all'],
  boundWorkspace: 'conformance',
  membership: {
    workspace: 'conformance',
    username: 'conformance',
    role: 'operator',
    groups: [],
    folders: { read: [], write: [], own: [] },
  },
};

export interface ConformanceDeps {
  log: Log;
  clock: Clock;
  origin: () => string;
  version: string;
}

export function createConformance(deps: ConformanceDeps): Mcp {
  const catalog = createCatalog([]);
  const key = randomBytes(32);
  const spent = new Set<string>();
  const library = fixtureLibrary();
  return createMcp({
    ...deps,
    door: createDoor(catalog, [resolveStage(catalog)]),
    waitMs: 0,
    onToolsChanged: () => () => undefined,
    deriveKey: async () => key,
    async spend(id) {
      const fresh = !spent.has(id);
      spent.add(id);
      return fresh;
    },
    offer: {
      catalogue: fixtureCatalogue(),
      library,
      everywhere: library,
      capabilities: ({ era }) => ({
        tools: {},
        resources: era === 'legacy' ? { subscribe: true } : {},
        prompts: {},
        completions: {},
        ...(era === 'legacy' && { logging: {} }),
      }),
    },
  });
}
