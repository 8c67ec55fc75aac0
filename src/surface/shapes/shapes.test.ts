// The exact wire shapes: names, ISO times, what is left out, and what passes untouched.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type JobOutput,
  jobRowShape,
  jobShape,
  jobUpdateShape,
  resultMaybeShape,
  scriptInput,
  type ScriptOutput,
  scriptShape,
  tokenShape,
  userShape,
} from './index.ts';

const at = 1_790_000_000_000;
const iso = '2026-09-21T14:13:20.000Z';

const completed: JobOutput = {
  type: 'CompletedJob',
  workspaceId: 'main',
  id: '01999999-0000-7000-8000-000000000000',
  parentJob: null,
  createdBy: 'bob',
  createdAt: at,
  startedAt: at,
  scriptPath: 'f/team/report',
  scriptHash: '00ff00ff00ff00ff',
  args: { camelCase: 1, nested: { createdAt: 5 } },
  jobKind: 'script',
  language: 'bun',
  permissionedAs: 'u/bob',
  email: 'bob@example.com',
  tag: 'bun',
  priority: 0,
  visibleToOwner: true,
  triggerKind: null,
  worker: 'wk-1',
  memPeak: 1234,
  canceled: false,
  canceledBy: null,
  canceledReason: null,
  isFlowStep: false,
  running: null,
  scheduledFor: null,
  lastPing: null,
  completedAt: at,
  durationMs: 7,
  success: true,
  result: { startedAt: 1, 'kebab-case': null },
  isSkipped: false,
  deleted: false,
  labels: null,
  rawCode: null,
  logs: 'hello\n',
};

describe('jobs on the wire', () => {
  it('shows a completed job', () => {
    assert.deepEqual(jobShape(completed), {
      type: 'CompletedJob',
      workspace_id: 'main',
      id: completed.id,
      created_by: 'bob',
      created_at: iso,
      started_at: iso,
      script_path: 'f/team/report',
      script_hash: '00ff00ff00ff00ff',
      args: { camelCase: 1, nested: { createdAt: 5 } },
      logs: 'hello\n',
      canceled: false,
      job_kind: 'script',
      permissioned_as: 'u/bob',
      is_flow_step: false,
      language: 'bun',
      email: 'bob@example.com',
      visible_to_owner: true,
      mem_peak: 1234,
      tag: 'bun',
      priority: 0,
      worker: 'wk-1',
      completed_at: iso,
      duration_ms: 7,
      success: true,
      deleted: false,
      is_skipped: false,
      result: { startedAt: 1, 'kebab-case': null },
    });
  });

  it('keeps a null result, and gives a queued job none', () => {
    assert.equal(jobShape({ ...completed, result: null })['result'], null);
    const queued = jobShape({ ...completed, type: 'QueuedJob', running: true, scheduledFor: at });
    assert.ok(!('result' in queued) && !('success' in queued) && !('completed_at' in queued));
    assert.deepEqual([queued['running'], queued['scheduled_for']], [true, iso]);
  });

  it('shows rows without logs, result and code', () => {
    const row = jobRowShape({ ...completed, rawCode: 'secret()', args: null });
    assert.deepEqual([row['args'], row['result_columns']], [null, null]);
    assert.deepEqual(jobRowShape(completed)['args'], completed.args, 'a list that asks for them');
    for (const name of ['logs', 'result', 'raw_code']) assert.ok(!(name in row), name);
  });

  it('shows updates and results that may be there', () => {
    const update = { running: true, completed: false, newLogs: '', logOffset: 4, memPeak: null };
    assert.deepEqual(jobUpdateShape(update), { running: true, completed: false, log_offset: 4 });
    const waiting = { completed: false, success: null, result: null, started: null };
    assert.deepEqual(resultMaybeShape(waiting), { completed: false });
    const done = { completed: true, success: true, result: undefined, started: true };
    assert.deepEqual(resultMaybeShape(done), {
      completed: true,
      success: true,
      started: true,
      result: null,
    });
  });
});

describe('scripts on the wire', () => {
  const script: ScriptOutput = {
    workspaceId: 'main',
    hash: '00ff00ff00ff00ff',
    path: 'f/team/report',
    parentHashes: [],
    summary: '',
    description: '',
    content: 'export const main = () => 1',
    createdBy: 'bob',
    createdAt: at,
    archived: false,
    deleted: false,
    schema: { type: 'object', properties: { camelCase: { type: 'string' } } },
    isTemplate: false,
    extraPerms: { 'g/ops': false },
    lock: null,
    lockErrorLogs: null,
    language: 'bun',
    kind: 'script',
    starred: false,
    tag: null,
    timeout: null,
    wsErrorHandlerMuted: false,
    autoKind: null,
    hasPreprocessor: false,
    deploymentMsg: null,
    rerunOnCrash: true,
    isolation: 'warm',
    extra: { cache_ttl: 60, envs: null, hash: 'forged' },
  };

  it('says what the command line compares strictly, and omits what is unset', () => {
    const wire = scriptShape(script);
    assert.equal(wire['ws_error_handler_muted'], false);
    assert.equal(wire['cache_ttl'], 60);
    assert.equal(wire['hash'], '00ff00ff00ff00ff');
    assert.deepEqual(wire['schema'], script.schema);
    assert.deepEqual(wire['extra_perms'], { 'g/ops': false });
    for (const name of ['envs', 'tag', 'lock', 'timeout', 'parent_hashes', 'extra']) {
      assert.ok(!(name in wire), name);
    }
  });

  it('reads a create body: own fields renamed, the rest kept, the server’s own dropped', () => {
    const body = {
      path: 'f/team/report',
      content: 'x',
      language: 'bun',
      parent_hash: null,
      lock: ['a', 'b'],
      is_template: null,
      cache_ttl: 60,
      envs: null,
      skip_draft_deletion: true,
      created_by: 'mallory',
    };
    assert.deepEqual(scriptInput(body), {
      path: 'f/team/report',
      content: 'x',
      language: 'bun',
      parentHash: null,
      lock: 'a\nb',
      extra: { cache_ttl: 60 },
    });
  });
});

describe('people on the wire', () => {
  it('shows a user with lists even where the row has none', () => {
    const user = userShape({
      email: 'bob@example.com',
      username: 'bob',
      isAdmin: false,
      name: null,
      isSuperAdmin: false,
      createdAt: at,
      operator: true,
      disabled: false,
    });
    assert.deepEqual(user['groups'], []);
    assert.equal(user['created_at'], iso);
    assert.ok(!('name' in user));
  });

  it('shows a token that was never used and never expires', () => {
    const token = { tokenPrefix: 'mr_1234567', createdAt: at, readOnly: false, scopes: null };
    assert.deepEqual(tokenShape(token), {
      token_prefix: 'mr_1234567',
      created_at: iso,
      last_used_at: iso,
      read_only: false,
    });
  });
});
