// Deploying a version: infer, build, then one transaction that archives the parent and inserts.
// When it resolves, the bundle is stored and the script is listed and callable.
import { AppError, type Clock } from '../../base/index.ts';
import { authorise, type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import type { BuildRequest, Built, Signature } from '../languages/index.ts';
import { assertEnvs } from './envs.ts';
import { findParent, noSuchParent, type Parent, staleParent } from './lineage.ts';
import type { OnBehalfDeps } from './on-behalf.ts';
import type { Language, NewScript, Script } from './script.ts';
import { archiveHead, insertBundle, insertScript, selectNewest } from './scripts.sql.ts';
import type { SourceReader } from './source.ts';
import { factsOf, hashOfVersion, saysTheSame } from './version.ts';

type Schema = Record<string, unknown>;

export interface DeployDeps extends OnBehalfDeps {
  db: Database;
  clock: Clock;
  /** Refuses callers who may not bring code to this machine. */
  mayBringCode: (call: Call) => void;
  /** Builds; what it resolved is then a job. */
  buildScript: (call: Call, request: BuildRequest) => Promise<Built & { jobId: string | null }>;
  inferSignature: (language: Language, content: string, entrypoint?: string) => Promise<Signature>;
  /** The inferred schema with what people had edited of the previous one. */
  mergeSchema: (inferred: Schema, previous: Schema) => Schema;
}

export interface Deployed {
  hash: string;
  path: string;
  /** False when nothing had changed and `skipIfNoop` was asked for. */
  created: boolean;
  /** What may fail when it runs, for the person who deploys. */
  warnings: string[];
}

interface Version {
  hash: string;
  workspace: string;
  createdBy: string;
  createdAt: number;
  said: NewScript;
  parent: Parent;
  signature: Signature;
  built: Built & { jobId: string | null };
  schema: Schema;
  lock: string | null;
}

/** Stores a bundle under the hash of its content; storing it twice does nothing. */
export async function saveBundle(
  queries: Queries,
  { codeHash, code, at }: { codeHash: string; code: string; at: number },
): Promise<void> {
  await queries.run(insertBundle, [codeHash, code, at]);
}

/**
 * Following a version of another path moves that script: it leaves its own path, which takes the
 * right to change it there. What the caller may not even read looks like what is not there.
 */
function assertMayMove(call: Call, parent: Script): void {
  const { path, extraPerms } = parent;
  const target = { kind: 'scripts', path, extraPerms };
  const ask = { action: 'scripts:write', risk: 'write', tool: 'createScript' } as const;
  const verdict = authorise(call.caller, ask, target);
  if (verdict.allowed) return;
  throw verdict.error.code === 'not_found' ? noSuchParent(parent.hash) : verdict.error;
}

/** The columns of `insertScript`, in its order. */
function valuesOf({ said, parent, signature, built, ...version }: Version): unknown[] {
  return [
    version.workspace,
    version.hash,
    said.path,
    parent.hashes,
    said.summary,
    said.description,
    said.content,
    said.language,
    said.kind,
    JSON.stringify(version.schema),
    version.lock,
    version.createdBy,
    version.createdAt,
    said.isTemplate,
    JSON.stringify(said.extraPerms ?? parent.script?.extraPerms ?? {}),
    said.tag ?? null,
    said.timeout ?? null,
    said.wsErrorHandlerMuted,
    signature.autoKind,
    signature.hasPreprocessor,
    said.deploymentMessage ?? null,
    said.rerunOnCrash,
    said.isolation,
    JSON.stringify(said.extra),
    signature.parameters.map((parameter) => parameter.name),
    built.codeHash,
    built.jobId,
  ];
}

async function store(db: Database, version: Version): Promise<void> {
  const { workspace, parent, built, said } = version;
  try {
    await db.transaction(async (queries) => {
      if (parent.script && !parent.script.archived) {
        const archived = await queries.run(archiveHead, [workspace, parent.script.hash]);
        if (archived === 0) throw staleParent(parent.script.path, undefined);
      }
      await saveBundle(queries, { ...built, at: version.createdAt });
      await queries.run(insertScript, valuesOf(version));
    });
  } catch (error) {
    const { code } = error as { code?: unknown };
    // 23505: the head index; somebody deployed on the same parent first.
    if (code !== '23505' && !(error instanceof AppError)) throw error;
    throw staleParent(said.path, await db.row<Script>(selectNewest, [workspace, said.path]));
  }
}

function schemaOf(deps: DeployDeps, said: NewScript, made: { inferred: Schema; parent: Parent }) {
  if (said.schema && Object.keys(said.schema).length > 0) return said.schema;
  const previous = made.parent.script?.schema;
  return previous ? deps.mergeSchema(made.inferred, previous) : made.inferred;
}

/**
 * Stores a new version of `said.path`. Throws `conflict` when the parent is not the head,
 * `unprocessable` when the code does not parse or an import does not resolve.
 */
export async function deploy(
  deps: DeployDeps,
  call: Call,
  { said, readSource }: { said: NewScript; readSource: SourceReader },
): Promise<Deployed> {
  deps.mayBringCode(call);
  assertEnvs(said.extra);
  const workspace = workspaceOf(call);
  const parent = await findParent(deps.db, workspace, said);
  if (parent.script && parent.script.path !== said.path) assertMayMove(call, parent.script);
  const entrypoint = said.kind === 'preprocessor' ? 'preprocessor' : 'main';
  const signature = await deps.inferSignature(said.language, said.content, entrypoint);
  const built = await deps.buildScript(call, {
    language: said.language,
    content: said.content,
    path: said.path,
    lock: said.lock ?? null,
    readScript: (path) => readSource(call, path),
    signal: call.signal,
  });
  const schema = schemaOf(deps, said, { inferred: signature.schema, parent });
  const lock = said.lock ?? (built.lock === '' ? null : built.lock);
  const facts = factsOf(said, { schema, lock });
  const head = parent.script;
  if (said.skipIfNoop && head && !head.archived && saysTheSame(facts, head)) {
    return { hash: head.hash, path: said.path, created: false, warnings: built.warnings };
  }
  const hash = hashOfVersion(workspace, head?.hash ?? null, facts);
  const by = { createdBy: displayNameOf(call.caller), createdAt: deps.clock.now() };
  await store(deps.db, { hash, workspace, ...by, said, parent, signature, built, schema, lock });
  return { hash, path: said.path, created: true, warnings: built.warnings };
}
