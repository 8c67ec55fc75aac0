// The tools of Windmill's public table under their names, with the arguments that prompts and
// programs there send: each is there, listed or not, and the required ones are no more than there.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import type { Loose } from './kit.ts';
import { type Model, modelAt } from './model.ts';

/** Tool → its required arguments there, then some of the others; from Windmill's public table. */
const table: Readonly<Record<string, readonly [required: string, others: string]>> = {
  queryDocumentation: ['query', ''],
  searchDocs: ['query', ''],
  readDocsPage: ['url', 'section'],
  createVariable: [
    'path value is_secret description',
    'account is_oauth expires_at labels ws_specific already_encrypted',
  ],
  updateVariable: ['path', 'value is_secret description labels ws_specific path__body'],
  deleteVariable: ['path', ''],
  getVariable: ['path', 'decrypt_secret include_encrypted get_draft'],
  listVariable: ['', 'path_start path description value label include_draft_only page per_page'],
  createResource: ['path value resource_type', 'description labels update_if_exists'],
  updateResource: ['path', 'value description resource_type labels path__body'],
  deleteResource: ['path', ''],
  getResource: ['path', 'get_draft'],
  listResource: ['', 'resource_type resource_type_exclude path_start path description label page'],
  listResourceType: ['', ''],
  listScripts: [
    '',
    'page per_page order_desc created_by path_start path_exact first_parent_hash ' +
      'last_parent_hash parent_hash show_archived include_without_main include_draft_only ' +
      'is_template kinds starred_only with_deployment_msg languages without_description ' +
      'dedicated_worker',
  ],
  createScript: ['path summary content language', 'description kind tag deployment_message'],
  updateScript: ['path summary content language', 'path__body description kind tag'],
  getScriptByPath: ['path', 'with_starred_info get_draft'],
  deleteScriptByHash: ['hash', ''],
  deleteScriptByPath: ['path', 'keep_captures'],
  runScriptByPath: ['path', ''],
  runScriptPreviewAndWaitResult: ['content language args', 'path tag kind lock dedicated_worker'],
  listFlows: ['', 'page order_desc created_by path_start path_exact show_archived starred_only'],
  getFlowByPath: ['path', 'with_starred_info get_draft'],
  createFlow: ['path summary value', 'description schema tag deployment_message'],
  updateFlow: ['path summary value', 'description schema tag deployment_message path__body'],
  deleteFlowByPath: ['path', 'keep_captures'],
  runFlowByPath: ['path', ''],
  listQueue: ['', 'running suspended success created_by script_path_exact tag page per_page'],
  listJobs: [
    '',
    'is_skipped is_flow_step has_null_parent status broad_filter created_by label worker ' +
      'parent_job script_path_exact script_path_start schedule_path trigger_kind script_hash ' +
      'started_before started_after job_kinds args result tag allow_wildcards is_not_schedule ' +
      'all_workspaces per_page',
  ],
  getJob: ['id', 'no_logs no_code'],
  getJobLogs: ['id', 'remove_ansi_warnings'],
  createSchedule: [
    'path schedule timezone script_path is_flow args',
    'enabled on_failure on_failure_times on_failure_exact on_failure_extra_args on_recovery ' +
      'on_recovery_times on_recovery_extra_args on_success on_success_extra_args ' +
      'ws_error_handler_muted retry no_flow_overlap summary description tag paused_until ' +
      'cron_version dynamic_skip permissioned_as preserve_permissioned_as labels',
  ],
  updateSchedule: ['path schedule timezone args', 'on_failure retry summary description tag'],
  deleteSchedule: ['path', ''],
  getSchedule: ['path', 'get_draft'],
  listSchedules: [
    '',
    'page args path is_flow path_start schedule_path description summary broad_filter label',
  ],
  listApps: ['', 'page order_desc created_by path_start path_exact starred_only label'],
  getAppByPath: ['path', 'with_starred_info get_draft raw_app'],
  createApp: ['path summary value policy', 'deployment_message custom_path labels'],
  updateApp: ['path', 'value summary policy deployment_message path__body allow_kind_change'],
  listWorkers: ['', 'page per_page ping_since'],
};

const namesIn = (text: string): string[] => text.split(' ').filter((name) => name !== '');

describe('the tools of Windmill’s table', () => {
  let server: TestServer;
  let model: Model;
  let listed: Map<string, Loose>;
  /** What `list_tools` says: also what is taken and not listed. */
  let taken: Map<string, Set<string>>;
  before(async () => {
    server = await startTestServer();
    const token = await server.tokenWith(['mcp:all']);
    model = modelAt(server, token);
    listed = new Map((await model.list()).map((tool) => [tool.name, tool]));
    const path = `/api/mcp/w/${server.workspace}/list_tools`;
    const rows = (await (await server.fetch(path, { token })).json()) as Loose[];
    taken = new Map(
      rows.map((row) => [
        row.name,
        new Set(
          ['path', 'query', 'body'].flatMap((place) =>
            Object.keys(
              row[`${place === 'body' ? 'body' : `${place}_params`}_schema`]?.properties ?? {},
            ),
          ),
        ),
      ]),
    );
  });
  after(() => server?.stop());

  for (const [name, [required, others]] of Object.entries(table)) {
    test(name, () => {
      const tool = listed.get(name);
      assert.ok(tool, 'listed');
      const missing = [...namesIn(required), ...namesIn(others)].filter(
        (argument) => !taken.get(name)?.has(argument),
      );
      assert.deepEqual(missing, []);
      const more = (tool.inputSchema.required ?? []).filter(
        (argument: string) => !namesIn(required).includes(argument),
      );
      assert.deepEqual(more, [], 'required here and not there');
    });
  }

  test('what has nothing to act on is taken; what would be ignored is refused', async () => {
    const read = await model.call('getScriptByPath', {
      path: 'f/examples/hello',
      get_draft: true,
      with_starred_info: true,
    });
    assert.notEqual(read.isError, true, JSON.stringify(read));
    const lists: [string, Loose][] = [
      ['listScripts', { include_draft_only: true, dedicated_worker: false }],
      ['listJobs', { is_not_schedule: true, is_skipped: false }],
      ['getJobLogs', { id: '00000000-0000-7000-8000-000000000000', remove_ansi_warnings: true }],
    ];
    for (const [name, args] of lists) {
      const result = await model.call(name, args);
      assert.notEqual(result.structuredContent?.error?.code, 'invalid_input', name);
    }
    const refused = await model.call('listScripts', { dedicated_worker: true });
    assert.equal(refused.structuredContent.error.code, 'not_implemented');
    assert.match(refused.structuredContent.error.hint, /Leave the argument out/);
    assert.ok(!('get_draft' in listed.get('getScriptByPath').inputSchema.properties));
  });
});
