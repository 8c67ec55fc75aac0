// Services out of OpenAPI documents: an admin brings one, chooses what is listed, and whatever
// there is else can be found by search. A document is parsed once and known by its digest.
import {
  AppError,
  type Clock,
  createArgumentCheck,
  createLru,
  type Log,
  notFound,
  sha256,
} from '../../base/index.ts';
import { type Egress, readText } from '../../egress/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Action, ActionClass, ServiceAuth, ServiceDeclaration } from '../action.ts';
import { changesBetween, versionOf } from '../action-changes.ts';
import type { Changes } from '../changes.ts';
import { actionOf, nameOf } from './actions.ts';
import { type OpenApiDocument, readOpenApi } from './document.ts';
import * as sql from './openapi.sql.ts';

const maxDocumentBytes = 20_000_000;
const fetchLimitMs = 30_000;
/** Parsed documents that are kept, by the length of their text. */
const maxKeptChars = 60_000_000;

export interface ChosenAction {
  name: string;
  class?: ActionClass | undefined;
}

export interface NewImport {
  name: string;
  title?: string | undefined;
  document?: string | undefined;
  address?: string | undefined;
  baseUrl?: string | undefined;
  auth: ServiceAuth;
  actions: readonly ChosenAction[];
  longTail: boolean;
}

interface Stored {
  name: string;
  title: string;
  baseUrl: string;
  auth: ServiceAuth;
  address: string | null;
  digest: string;
  chosen: readonly ChosenAction[];
  longTail: boolean;
  updatedBy: string;
  updatedAt: number;
}

export interface OpenApiDeps {
  db: Database;
  clock: Clock;
  log: Log;
  changes: Changes;
  egress: Pick<Egress, 'fetch'>;
  /** Is there another kind of service of this name in the workspace? */
  isTaken: (workspace: string, name: string) => Promise<boolean>;
}

interface Parsed {
  document: OpenApiDocument;
  chars: number;
}

const classed = (actions: readonly Action[]) =>
  actions.map((one) => ({ name: one.name, class: one.class, description: one.description }));

export type OpenApi = ReturnType<typeof createOpenApi>;

export function createOpenApi(deps: OpenApiDeps) {
  const { db, clock, changes, egress, isTaken } = deps;
  const argumentCheck = createArgumentCheck(deps.log);
  const parsed = createLru<Parsed>({
    maxEntries: 100,
    maxWeight: maxKeptChars,
    weigh: ({ chars }) => chars,
  });

  async function documentOf(digest: string, read: () => Promise<string>): Promise<OpenApiDocument> {
    const known = parsed.get(digest);
    if (known) return known.document;
    const text = await read();
    const document = await readOpenApi(text);
    parsed.set(digest, { document, chars: text.length });
    return document;
  }

  async function fetchText(address: string): Promise<string> {
    const late = new AbortController();
    const cancel = clock.after(fetchLimitMs, () => late.abort());
    try {
      const response = await egress.fetch(address, { signal: late.signal });
      if (!response.ok) {
        const said = `The address of the document answers ${response.status}.`;
        throw new AppError('unprocessable', said);
      }
      return await readText(response, maxDocumentBytes);
    } catch (error) {
      if (!late.signal.aborted) throw error;
      throw new AppError('unavailable', 'The address of the document gives no answer.');
    } finally {
      cancel();
    }
  }

  /** Two endpoints of one name are told apart by verb and path. */
  function actionsOf(
    document: OpenApiDocument,
    { digest, chosen, longTail }: Pick<Stored, 'digest' | 'chosen' | 'longTail'>,
  ): Action[] {
    const wanted = new Map(chosen.map((one) => [one.name, one]));
    const actions = new Map<string, Action>();
    for (const endpoint of document.endpoints) {
      const named = actions.has(nameOf(endpoint))
        ? { ...endpoint, operationId: undefined }
        : endpoint;
      const name = nameOf(named);
      const choice = wanted.get(name);
      if (actions.has(name) || (!choice && !longTail)) continue;
      const how = { key: digest, curated: choice !== undefined, class: choice?.class };
      actions.set(name, actionOf(named, how, argumentCheck));
    }
    return [...actions.values()];
  }

  async function declarationOf(workspace: string, row: Stored): Promise<ServiceDeclaration> {
    const document = await documentOf(row.digest, async () => {
      const found = await db.row<{ document: string }>(sql.selectDocument, [workspace, row.name]);
      if (!found) throw notFound('service', row.name);
      return found.document;
    });
    const { name, title, auth, baseUrl } = row;
    return {
      name,
      title,
      description: `the API ${title}`,
      auth,
      keyHint: `Ask whoever runs ${title} for a key.`,
      baseUrl,
      actions: actionsOf(document, row),
    };
  }

  async function textOf({ document, address }: Pick<NewImport, 'document' | 'address'>) {
    if ((document === undefined) === (address === undefined)) {
      throw new AppError('invalid_input', 'Give either the document or its address.');
    }
    return document ?? fetchText(address ?? '');
  }

  async function stored(call: Call, name: string): Promise<Stored> {
    const rows = await db.rows<Stored>(sql.selectImported, [workspaceOf(call)]);
    const row = rows.find((one) => one.name === name);
    if (!row) throw notFound('service', name);
    return row;
  }

  return {
    /** Those of a workspace. One that cannot be read is left out and logged: the others stay. */
    async of(workspace: string): Promise<ServiceDeclaration[]> {
      const rows = await db.rows<Stored>(sql.selectImported, [workspace]);
      const all = rows.map(async (row) => {
        try {
          return [await declarationOf(workspace, row)];
        } catch (error) {
          deps.log.error('a service cannot be read', { workspace, service: row.name, error });
          return [];
        }
      });
      return (await Promise.all(all)).flat();
    },

    has: async (workspace: string, name: string): Promise<boolean> =>
      (await db.rows<Stored>(sql.selectImported, [workspace])).some((one) => one.name === name),

    /** The names of those whose documents can be read again. */
    async addressed(workspace: string): Promise<string[]> {
      const rows = await db.rows<Stored>(sql.selectImported, [workspace]);
      return rows.filter(({ address }) => address !== null).map(({ name }) => name);
    },

    /** What a document would give, to choose from; stores nothing. */
    async preview(said: Pick<NewImport, 'document' | 'address'>) {
      const text = await textOf(said);
      const digest = sha256(text);
      const document = await documentOf(digest, async () => text);
      const actions = actionsOf(document, { digest, chosen: [], longTail: true });
      return {
        title: document.title,
        baseUrl: document.server ?? null,
        actions: classed(actions),
      };
    },

    /** Brings a service, or replaces it. Throws `invalid_input` naming what does not fit. */
    async import(call: Call, said: NewImport) {
      if (await isTaken(workspaceOf(call), said.name)) {
        throw new AppError('conflict', `There is another service "${said.name}".`, {
          hint: 'Choose another name.',
        });
      }
      const text = await textOf(said);
      const digest = sha256(text);
      const document = await documentOf(digest, async () => text);
      const baseUrl = said.baseUrl ?? document.server;
      if (baseUrl === undefined || !URL.canParse(baseUrl) || !/^https?:/.test(baseUrl)) {
        throw new AppError('invalid_input', 'The document names no server with an address.', {
          hint: 'Give baseUrl, such as https://api.example.com/v1.',
        });
      }
      const everything = actionsOf(document, { digest, chosen: [], longTail: true });
      const known = new Set(everything.map(({ name }) => name));
      const unknown = said.actions.find(({ name }) => !known.has(name));
      if (unknown) {
        throw new AppError('invalid_input', `The document has no action "${unknown.name}".`, {
          hint: 'openapi.preview lists those that it has.',
        });
      }
      const workspace = workspaceOf(call);
      const title = said.title ?? document.title;
      await db.run(sql.upsertImported, [
        workspace,
        said.name,
        title,
        baseUrl.replace(/\/+$/, ''),
        JSON.stringify(said.auth),
        said.address ?? null,
        text,
        digest,
        JSON.stringify(said.actions),
        said.longTail,
        displayNameOf(call.caller),
        clock.now(),
      ]);
      changes.changed(workspace);
      return { name: said.name, title, baseUrl, actions: known.size };
    },

    /** Reads the document again where it came from an address; says what changed. */
    async refresh(call: Call, { name }: { name: string }) {
      const row = await stored(call, name);
      if (row.address === null) {
        throw new AppError('invalid_input', `The document of ${name} was given as text.`, {
          hint: 'Give it again with openapi.import.',
        });
      }
      const workspace = workspaceOf(call);
      const before = await declarationOf(workspace, row);
      const text = await fetchText(row.address);
      const digest = sha256(text);
      const document = await documentOf(digest, async () => text);
      const after = actionsOf(document, { ...row, digest });
      const by = displayNameOf(call.caller);
      await db.run(sql.updateDocument, [workspace, name, text, digest, by, clock.now()]);
      changes.changed(workspace);
      return { name, ...changesBetween(before.actions.map(versionOf), after.map(versionOf)) };
    },

    async remove(call: Call, { name }: { name: string }) {
      await db.run(sql.deleteImported, [workspaceOf(call), name]);
      changes.changed(workspaceOf(call));
      return { name };
    },
  };
}
