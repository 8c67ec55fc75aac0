// The tools that one caller has, in one workspace or in all: what is listed is what can be
// called. Lists are made once and kept as bytes until scripts or the caller's rights change.
import { createLru } from '../../base/index.ts';
import type { OfferedResources, RunnableList } from '../../engine/index.ts';
import type { ServiceTool } from '../../gateway/index.ts';
import { type Ask, authorise, type Caller } from '../../operation/index.ts';
import {
  type EndpointTool,
  endpoints,
  endpointTool,
  mayOnSome,
  readable,
  runnableTool,
  searchTools,
  serviceTool,
} from './faces/index.ts';
import { listHead } from './answers.ts';
import { createDirectory } from './directory.ts';
import type { Kept } from './kept.ts';
import { createMultiWorkspace, type MultiWorkspaceDeps } from './multi-workspace.ts';
import { servicesAnywhere } from './services-anywhere.ts';
import { takesResource } from './resource-arguments.ts';
import type { Directory, FaceDeps, Tool } from './tool.ts';

/** What of a caller's tools a connection lists. */
export interface Listing {
  /** In a fixed order. */
  readonly tools: readonly Tool[];
  /** The definitions as JSON, and what every list begins with. */
  readonly head: Kept;
}

export interface ToolList extends Listing {
  /** Every tool that may be called, also beyond what is listed. */
  readonly directory: Directory;
  /** What a connection that asked for search lists instead. */
  readonly search: Listing;
  /** Whether the search tools are listed, so that the rest can be found. */
  readonly isCut: boolean;
}

export interface ServicesPort {
  /** Those of a caller, in a fixed order. */
  tools: (caller: Caller, workspace: string) => Promise<readonly ServiceTool[]>;
  revision: (workspace: string) => string;
}

export interface CatalogueDeps extends FaceDeps {
  /** The scripts and flows that the caller may read. */
  runnables: (caller: Caller, workspace: string) => Promise<RunnableList>;
  /** The version that `runnables` would answer, without the list; spares reading it. */
  runnablesVersion?: ((workspace: string) => string) | undefined;
  services?: ServicesPort | undefined;
  workspaces: MultiWorkspaceDeps['workspaces'];
}

export interface Catalogue {
  /** In a fixed order: endpoint tools, services, then scripts and flows by path. */
  of(caller: Caller, workspace: string | null): Promise<ToolList>;
  /** An endpoint tool that is there, but not for everybody. */
  hidden(wanted: { name: string; workspace: string | null }): Tool | undefined;
  /** Every endpoint tool, whoever asks. */
  endpoints(): readonly EndpointTool[];
}

/** 64 MB of lists: about a hundred callers with a thousand scripts each. */
const maxListBytes = 64_000_000;
const maxLists = 1_000;
/** Tools of script versions, shared by all callers. */
const maxTools = 10_000;

/**
 * Scripts and flows in the one page that clients read; the rest is found by search. Clients that
 * cut earlier say so to people, not to us.
 */
const maxListed = 1_000;

const runAsk: Ask = { action: 'jobs:run', risk: 'write' };

const rights = new WeakMap<Caller, string>();

/** Everything of a caller that `authorise` and row visibility look at, as one string. */
function rightsOf(caller: Caller): string {
  const known = rights.get(caller);
  if (known !== undefined) return known;
  const { kind, email, superAdmin, scopes, stars, readOnly, boundWorkspace, membership } = caller;
  const allowed = caller.delegation?.classes;
  const facts = [kind, email, superAdmin, scopes, stars, readOnly, boundWorkspace, membership];
  const key = JSON.stringify([...facts, allowed]);
  rights.set(caller, key);
  return key;
}

function listingOf(tools: readonly Tool[]): Listing {
  return { tools, head: listHead(tools.map((tool) => tool.json)) };
}

const searchListing = listingOf(searchTools);

/** `scripts`: beyond a budget they are found by search alone. */
export function listOf(own: readonly Tool[], scripts: readonly Tool[] = []): ToolList {
  const isCut = scripts.length > maxListed;
  const listed = isCut
    ? [...searchTools, ...own, ...scripts.slice(0, maxListed)]
    : [...own, ...scripts];
  const directory = createDirectory([...own, ...scripts]);
  return { ...listingOf(listed), directory, search: searchListing, isCut };
}

/** Without those that the token's scopes keep from a run, which SQL does not know of. */
function usable(caller: Caller, offered: OfferedResources): OfferedResources {
  const ask: Ask = { action: 'jobs:run', risk: 'read' };
  const choices = offered.choices.filter(
    ({ path }) => authorise(caller, ask, readable(caller, { kind: 'resources', path })).allowed,
  );
  return { ...offered, choices };
}

export function createCatalogue(deps: CatalogueDeps): Catalogue {
  const { runnables, runnablesVersion, services, door } = deps;
  const lists = createLru<ToolList>({
    maxEntries: maxLists,
    maxWeight: maxListBytes,
    weigh: (list) => list.head.plain.length,
  });
  const scriptTools = new Map<string, Tool>();
  const reading = new Map<string, Promise<ToolList>>();
  const endpointTools = endpoints
    .map((endpoint) => endpointTool(endpoint, { ...deps, catalog: door.catalog }))
    .filter((tool) => tool !== undefined);

  const byName = new Map<string, Tool>(endpointTools.map((tool) => [tool.definition.name, tool]));
  const anywhere = createMultiWorkspace({ endpointTools, workspaces: deps.workspaces });
  const anywhereByName = new Map(anywhere.tools.map((tool) => [tool.definition.name, tool]));
  const anywhereLists = createLru<ToolList>({ maxEntries: 100 });

  async function listAnywhere(caller: Caller): Promise<ToolList> {
    const ofServices = services ? await servicesAnywhere(caller, { ...deps, services }) : [];
    const tools = [...(await anywhere.of(caller)), ...ofServices];
    const key = tools.map((tool) => tool.schemaKey).join(' ');
    const list = anywhereLists.get(key) ?? listOf(tools, []);
    anywhereLists.set(key, list);
    return list;
  }

  function scriptTool(workspace: string, runnable: RunnableList['tools'][number]): Tool {
    const key = `${workspace} ${runnable.kind} ${runnable.hash} ${runnable.path}`;
    const known = scriptTools.get(key);
    if (known) return known;
    const tool = runnableTool(deps, runnable);
    scriptTools.set(key, tool);
    // First in, first out: a list asks for all of them at once, so recency says nothing.
    for (const oldest of scriptTools.keys()) {
      if (scriptTools.size <= maxTools) break;
      scriptTools.delete(oldest);
    }
    return tool;
  }

  function mayRun(caller: Caller, { kind, path }: RunnableList['tools'][number]): boolean {
    const target = { kind: kind === 'flow' ? 'flows' : 'scripts', path };
    return authorise(caller, runAsk, readable(caller, target)).allowed;
  }

  function build(
    caller: Caller,
    workspace: string,
    { list, ofServices }: { list: RunnableList | undefined; ofServices: readonly ServiceTool[] },
  ): ToolList {
    const offered = list?.resources && usable(caller, list.resources);
    const scripts = (list?.tools ?? [])
      .filter((runnable) => mayRun(caller, runnable))
      .toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)))
      .map((runnable) =>
        offered && takesResource(runnable.schema)
          ? runnableTool(deps, runnable, offered)
          : scriptTool(workspace, runnable),
      );
    const own = endpointTools.filter((tool) => tool.visibleTo(caller));
    return listOf([...own, ...ofServices.map((tool) => serviceTool(deps, tool))], scripts);
  }

  const keyOf = (caller: Caller, workspace: string, version: string): string =>
    `${workspace}\n${version}\n${services?.revision(workspace) ?? ''}\n${rightsOf(caller)}`;

  async function read(caller: Caller, workspace: string, version: string): Promise<ToolList> {
    const runsSome = mayOnSome(caller, runAsk, [
      { kind: 'scripts', path: '*' },
      { kind: 'flows', path: '*' },
    ]);
    // The revision first: a change in between makes the list look older than it is.
    const list = runsSome ? await runnables(caller, workspace) : undefined;
    const key = keyOf(caller, workspace, list?.version ?? version);
    const known = lists.get(key);
    if (known) return known;
    const ofServices = (await services?.tools(caller, workspace)) ?? [];
    const made = build(caller, workspace, { list, ofServices });
    lists.set(key, made);
    return made;
  }

  return {
    endpoints: () => endpointTools,
    hidden: ({ name, workspace }) => (workspace === null ? anywhereByName : byName).get(name),
    async of(caller, workspace) {
      if (workspace === null) return listAnywhere(caller);
      const version = runnablesVersion?.(workspace);
      if (version === undefined) return read(caller, workspace, 'unknown');
      const key = keyOf(caller, workspace, version);
      const known = lists.get(key) ?? reading.get(key);
      if (known) return known;
      // After a change everybody asks at once: one of them reads for all.
      const list = read(caller, workspace, version).finally(() => reading.delete(key));
      reading.set(key, list);
      return list;
    },
  };
}
