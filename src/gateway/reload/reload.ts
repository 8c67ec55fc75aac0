// Reads everything anew that services of a workspace come from: OpenAPI documents at addresses, the
// tools that MCP servers list, extension files. Says what changed of each, and what could not be
// read; the others go on.
import { AppError } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { ServiceDeclaration } from '../action.ts';
import { type ActionChanges, changesBetween, versionOf } from '../action-changes.ts';
import type { Changes } from '../changes.ts';
import type { Extensions } from '../extensions/index.ts';
import type { OpenApi } from '../openapi/index.ts';
import type { Upstreams } from '../upstreams/index.ts';

/** Each of them may take half a minute. */
const atOnce = 4;

export type SourceKind = 'openapi' | 'mcp' | 'extension';

interface Source {
  name: string;
  kind: SourceKind;
  /** Answers how many tools wait for an admin's word. */
  read(): Promise<number>;
}

export interface Reloaded extends ActionChanges {
  name: string;
  kind: SourceKind;
  toApprove: number;
  problem: string | null;
}

export interface ReloadDeps {
  changes: Changes;
  openApi: Pick<OpenApi, 'of' | 'addressed' | 'refresh'>;
  upstreams: Pick<Upstreams, 'of' | 'refresh'>;
  extensions: Pick<Extensions, 'of' | 'list'>;
}

export type Reload = ReturnType<typeof createReload>;

export function createReload({ changes, openApi, upstreams, extensions }: ReloadDeps) {
  async function sourcesOf(call: Call, workspace: string): Promise<Source[]> {
    const [documents, servers, files] = await Promise.all([
      openApi.addressed(workspace),
      upstreams.of(workspace),
      extensions.list(call),
    ]);
    return [
      ...documents.map((name) => ({
        name,
        kind: 'openapi' as const,
        read: () => openApi.refresh(call, { name }).then(() => 0),
      })),
      ...servers.map(({ name }) => ({
        name,
        kind: 'mcp' as const,
        async read() {
          const found = await upstreams.refresh(call, { name });
          return found.new + found.quarantined;
        },
      })),
      ...files.map(({ name, problems: [wrong] }) => ({
        name,
        kind: 'extension' as const,
        async read() {
          if (!wrong) return 0;
          const where = `line ${wrong.line}, column ${wrong.column}`;
          throw new AppError('invalid_input', `${where}: ${wrong.message}`);
        },
      })),
    ];
  }

  async function actionsOf(workspace: string): Promise<Map<string, ServiceDeclaration['actions']>> {
    const all = await Promise.all([openApi, upstreams, extensions].map((one) => one.of(workspace)));
    return new Map(all.flat().map(({ name, actions }) => [name, actions]));
  }

  async function readAll(sources: readonly Source[]) {
    const read = new Map<string, { toApprove: number; problem: string | null }>();
    const left = [...sources];
    async function work(): Promise<void> {
      for (let one = left.shift(); one !== undefined; one = left.shift()) {
        try {
          read.set(one.name, { toApprove: await one.read(), problem: null });
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          read.set(one.name, { toApprove: 0, problem: error.message });
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work));
    return read;
  }

  return async (call: Call): Promise<{ services: Reloaded[] }> => {
    const workspace = workspaceOf(call);
    const sources = await sourcesOf(call, workspace);
    const before = await actionsOf(workspace);
    const read = await readAll(sources);
    changes.changed(workspace);
    const after = await actionsOf(workspace);
    const versions = (from: typeof before, name: string) => (from.get(name) ?? []).map(versionOf);
    return {
      services: sources
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, kind }) => ({
          name,
          kind,
          ...changesBetween(versions(before, name), versions(after, name)),
          ...(read.get(name) ?? { toApprove: 0, problem: null }),
        })),
    };
  };
}
