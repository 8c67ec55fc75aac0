// Starting jobs: by path, by hash, from a preview, and again. Builds the row and pushes it.
import { AppError, notFound } from '../../base/index.ts';
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Builder, Signature } from '../languages/index.ts';
import type { Language, Script } from '../scripts/script.ts';
import type { Runnable, Scripts } from '../scripts/scripts.ts';
import { insertBundle, selectHead } from '../scripts/scripts.sql.ts';
import type { CodeGate } from './code-gate.ts';
import type { RunOptions } from './job.ts';
import { selectForRerun } from './jobs.sql.ts';
import type { Push, Queue } from './queue.ts';
import { findJob } from './visibility.ts';

export interface RunDeps {
  db: Database;
  queue: Queue;
  scripts: Pick<Scripts, 'runnable' | 'runnableByHash'>;
  builder: Pick<Builder, 'build'>;
  inferSignature: (language: Language, content: string) => Promise<Signature>;
  mayBringCode: CodeGate;
  now: () => number;
}

export interface Preview extends RunOptions {
  content: string;
  language: Language;
  path?: string | undefined;
  lock?: string | null | undefined;
}

type What = Pick<
  Push,
  'kind' | 'path' | 'hash' | 'language' | 'rawCode' | 'bundleHash' | 'parameters' | 'isolation'
> & { tag: string; timeoutS: number | null; rerunOnCrash: boolean };

type RerunRow = What & { args: Record<string, unknown> };

/** Where a run came from, as Windmill names it; `mcp` is ours. */
function triggerKindOf(call: Call): string | null {
  if (call.surface === 'mcp') return 'mcp';
  return call.surface === 'windmill' ? 'webhook' : null;
}

function whoOf(call: Call): Pick<Push, 'createdBy' | 'permissionedAs' | 'email' | 'scopes'> {
  const { membership, email, scopes } = call.caller;
  const username = membership?.username ?? email;
  return { createdBy: username, permissionedAs: `u/${username}`, email, scopes };
}

export function createRun(deps: RunDeps) {
  function pushOf(call: Call, what: What, options: RunOptions): Push {
    const delayMs = (options.scheduledInSecs ?? 0) * 1000;
    const scheduledFor = options.scheduledFor ?? (delayMs > 0 ? deps.now() + delayMs : undefined);
    return {
      ...what,
      ...whoOf(call),
      workspace: workspaceOf(call),
      args: options.args,
      tag: options.tag ?? what.tag,
      id: options.jobId,
      scheduledFor,
      parentJob: options.parentJob ?? null,
      rootJob: options.rootJob ?? null,
      triggerKind: triggerKindOf(call),
      visibleToOwner: !options.invisibleToOwner,
      timeoutS: options.timeout ?? what.timeoutS,
    };
  }

  function ofVersion(found: Runnable): What {
    if (found.autoKind === 'lib') {
      throw new AppError('invalid_input', `${found.path} has no main function to run.`, {
        hint: 'Export a function main, or import this script from another one.',
      });
    }
    return {
      kind: 'script',
      path: found.path,
      hash: found.hash,
      language: found.language,
      rawCode: null,
      bundleHash: found.bundleHash,
      parameters: found.parameters,
      isolation: found.isolation,
      tag: found.tag ?? found.language,
      timeoutS: found.timeoutS,
      rerunOnCrash: found.rerunOnCrash,
    };
  }

  async function byPath(call: Call, path: string, options: RunOptions): Promise<Push> {
    const found = await deps.scripts.runnable(workspaceOf(call), path);
    if (!found) throw notFound('script', path);
    return pushOf(call, ofVersion(found), options);
  }

  async function byHash(call: Call, hash: string, options: RunOptions): Promise<Push> {
    const found = await deps.scripts.runnableByHash(workspaceOf(call), hash);
    if (!found) throw notFound('script', hash);
    const { path, extraPerms } = found;
    const verdict = authorise(
      call.caller,
      { action: 'jobs:run', risk: 'write' },
      { kind: 'scripts', path, extraPerms },
    );
    if (!verdict.allowed) throw verdict.error;
    return pushOf(call, ofVersion(found), options);
  }

  async function preview(call: Call, wanted: Preview): Promise<Push> {
    deps.mayBringCode(call);
    const workspace = workspaceOf(call);
    const signature = await deps.inferSignature(wanted.language, wanted.content);
    const built = await deps.builder.build({
      language: wanted.language,
      content: wanted.content,
      path: wanted.path ?? `u/${call.caller.membership?.username ?? 'preview'}/preview`,
      lock: wanted.lock ?? null,
      signal: call.signal,
      readScript: async (path) => {
        const head = await deps.db.row<Script>(selectHead, [workspace, path]);
        if (head?.content === undefined) return undefined;
        return { content: head.content, language: head.language as Language };
      },
    });
    await deps.db.run(insertBundle, [built.codeHash, built.code, deps.now()]);
    const what: What = {
      kind: 'preview',
      path: wanted.path ?? null,
      hash: null,
      language: wanted.language,
      rawCode: wanted.content,
      bundleHash: built.codeHash,
      parameters: signature.parameters.map((parameter) => parameter.name),
      isolation: 'warm',
      tag: wanted.language,
      timeoutS: null,
      rerunOnCrash: false,
    };
    return pushOf(call, what, wanted);
  }

  /** The same code with the same arguments, as the one who asks now. */
  async function again(call: Call, id: string): Promise<Push> {
    await findJob(deps.db, call, { id });
    const row = await deps.db.row<RerunRow>(selectForRerun, [id, workspaceOf(call)]);
    if (!row) throw notFound('job', id);
    const options = { args: row.args, invisibleToOwner: false };
    if (row.hash !== null) return byHash(call, row.hash, options);
    deps.mayBringCode(call);
    return pushOf(call, row, options);
  }

  return { byPath, byHash, preview, again };
}
