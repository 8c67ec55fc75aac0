// Deploying a version: infer, build, then one transaction that archives the parent and inserts.
// When `create` resolves, the bundle is stored and the script is listed and callable.
import { isDeepStrictEqual } from 'node:util';
import { AppError, type Clock } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Builder, Signature } from '../languages/index.ts';
import { hashOfVersion, type NewScript, type Script, versionFacts } from './script.ts';
import {
  archiveHead,
  insertBundle,
  insertScript,
  selectByHash,
  selectHead,
  selectNewest,
} from './scripts.sql.ts';

export interface DeployDeps {
  db: Database;
  /** Refuses callers who may not bring code to this machine. */
  mayBringCode: (call: Call) => void;
  clock: Clock;
  builder: Pick<Builder, 'build'>;
  inferSignature: (
    language: NewScript['language'],
    content: string,
    entrypoint?: string,
  ) => Promise<Signature>;
  mergeSchema: (
    inferred: Record<string, unknown>,
    previous: Record<string, unknown>,
  ) => Record<string, unknown>;
}

interface Parent {
  /** The version that the new one follows; null for the first of its path. */
  script: Script | null;
  /** True when that version is the head of the same path, or moves here from another path. */
  hashes: string[];
}

function staleParent(path: string, head: Script | undefined): AppError {
  return new AppError(
    'conflict',
    head
      ? `Path conflict for ${path}: its newest version is ${head.hash}; the lineage must be linear.`
      : `Path conflict for ${path}: somebody deployed it at the same time.`,
    {
      hint: head
        ? `Read that version, then send parent_hash ${head.hash} (or auto_parent: true).`
        : 'Read the newest version and deploy again.',
    },
  );
}

async function findParent(db: Database, workspace: string, wanted: NewScript): Promise<Parent> {
  const head = await db.row<Script>(selectHead, [workspace, wanted.path]);
  const asked = wanted.parentHash ?? null;
  if (asked === null) {
    if (head && !wanted.autoParent) throw staleParent(wanted.path, head);
    return { script: head ?? null, hashes: head ? [head.hash, ...head.parentHashes] : [] };
  }
  if (head?.hash === asked) return { script: head, hashes: [asked, ...head.parentHashes] };
  if (head) {
    if (wanted.autoParent) return { script: head, hashes: [head.hash, ...head.parentHashes] };
    throw staleParent(wanted.path, head);
  }
  const parent = await db.row<Script>(selectByHash, [workspace, asked]);
  if (!parent) {
    throw new AppError('invalid_input', `There is no version ${asked} to follow.`, {
      hint: 'Leave parent_hash out for a new path, or send the hash of its head.',
    });
  }
  return { script: parent, hashes: [asked, ...parent.parentHashes] };
}

function isEmptySchema(schema: NewScript['schema']): boolean {
  return schema === null || schema === undefined || Object.keys(schema).length === 0;
}

/** A version's facts as they were stored, to compare with what is deployed now. */
function storedFacts(head: Script): Record<string, unknown> {
  return {
    path: head.path,
    content: head.content,
    language: head.language,
    summary: head.summary,
    description: head.description,
    schema: head.schema,
    lock: head.lock ?? null,
    kind: head.kind,
    tag: head.tag,
    timeout: head.timeout,
    isTemplate: head.isTemplate,
    wsErrorHandlerMuted: head.wsErrorHandlerMuted,
    rerunOnCrash: head.rerunOnCrash,
    isolation: head.isolation,
    extra: head.extra,
  };
}

/** Creates versions; see `deploy` for what it answers and throws. */
export function createDeploy(deps: DeployDeps) {
  const { db, clock, builder } = deps;

  async function signatureOf(wanted: NewScript): Promise<Signature> {
    if (wanted.kind !== 'preprocessor') {
      return deps.inferSignature(wanted.language, wanted.content);
    }
    return deps.inferSignature(wanted.language, wanted.content, 'preprocessor');
  }

  async function insert(
    workspace: string,
    parent: Parent,
    row: { hash: string; bundle: { hash: string; code: string }; values: unknown[] },
  ): Promise<void> {
    await db.transaction(async (queries) => {
      if (parent.script && !parent.script.archived) {
        const archived = await queries.run(archiveHead, [workspace, parent.script.hash]);
        if (archived === 0) throw staleParent(parent.script.path, undefined);
      }
      await queries.run(insertBundle, [row.bundle.hash, row.bundle.code, clock.now()]);
      await queries.run(insertScript, row.values);
    });
  }

  /**
   * Stores a new version of `wanted.path`. Throws `conflict` when the parent is not the head,
   * `unprocessable` when the code does not parse or an import does not resolve.
   */
  return async function deploy(
    call: Call,
    wanted: NewScript,
  ): Promise<{ hash: string; path: string; created: boolean }> {
    deps.mayBringCode(call);
    const workspace = workspaceOf(call);
    const parent = await findParent(db, workspace, wanted);
    const signature = await signatureOf(wanted);
    const built = await builder.build({
      language: wanted.language,
      content: wanted.content,
      path: wanted.path,
      lock: wanted.lock ?? null,
      readScript: async (path) => db.row<Script>(selectHead, [workspace, path]).then(sourceOf),
      signal: call.signal,
    });
    const previous = parent.script?.schema;
    const schema = isEmptySchema(wanted.schema)
      ? previous
        ? deps.mergeSchema(signature.schema, previous)
        : signature.schema
      : (wanted.schema ?? {});
    const lock = wanted.lock ?? (built.lock === '' ? null : built.lock);
    const facts = versionFacts({ script: wanted, schema, lock });
    const head = parent.script;
    if (wanted.skipIfNoop && head && !head.archived && head.path === wanted.path) {
      if (isDeepStrictEqual(normal(facts), normal(storedFacts(head)))) {
        return { hash: head.hash, path: wanted.path, created: false };
      }
    }
    const hash = hashOfVersion(workspace, head?.hash ?? null, facts);
    const extraPerms = wanted.extraPerms ?? head?.extraPerms ?? {};
    const values = [
      workspace,
      hash,
      wanted.path,
      parent.hashes.slice(0, 100),
      wanted.summary,
      wanted.description,
      wanted.content,
      wanted.language,
      wanted.kind,
      JSON.stringify(schema),
      lock,
      displayNameOf(call.caller),
      clock.now(),
      wanted.isTemplate,
      JSON.stringify(extraPerms),
      wanted.tag ?? null,
      wanted.timeout ?? null,
      wanted.wsErrorHandlerMuted,
      signature.autoKind,
      signature.hasPreprocessor,
      wanted.deploymentMessage ?? null,
      wanted.rerunOnCrash,
      wanted.isolation,
      JSON.stringify(wanted.extra),
      signature.parameters.map((parameter) => parameter.name),
      built.codeHash,
    ];
    try {
      await insert(workspace, parent, {
        hash,
        bundle: { hash: built.codeHash, code: built.code },
        values,
      });
    } catch (error) {
      throw await conflictOf(error, workspace, wanted.path);
    }
    return { hash, path: wanted.path, created: true };
  };

  async function conflictOf(error: unknown, workspace: string, path: string): Promise<unknown> {
    const code = (error as { code?: unknown } | null)?.code;
    if (code !== '23505' && !(error instanceof AppError)) return error;
    const newest = await db.row<Script>(selectNewest, [workspace, path]);
    return staleParent(path, newest);
  }
}

function sourceOf(
  head: Script | undefined,
): { content: string; language: NewScript['language'] } | undefined {
  if (head?.content === undefined) return undefined;
  return { content: head.content, language: head.language as NewScript['language'] };
}

/** Through JSON, so that absent and undefined, and the order of keys, do not count as change. */
function normal(facts: unknown): unknown {
  return JSON.parse(JSON.stringify(facts));
}
