// The addresses of Windmill that its command line, its client in jobs and people's own programs
// need, as a literal table: built or not. One that gets built moves to the other list.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { windmillAddresses } from '../../src/surface/windmill/index.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

/** `W` is `w/{workspace}`, `{}` any parameter or path. */
const built = `
  POST auth/login
  POST auth/logout
  GET users/whoami
  GET W/users/whoami
  GET W/users/list
  GET W/users/username_to_email/{}
  POST workspaces/exists
  GET workspaces/list
  GET workspaces/users
  POST workspaces/create
  POST users/tokens/create
  DELETE users/tokens/delete/{}
  GET users/tokens/list
  POST W/scripts/create
  GET W/scripts/get/p/{}
  GET W/scripts/get/h/{}
  GET W/scripts/list
  GET W/scripts/exists/p/{}
  GET W/scripts/history/p/{}
  GET W/scripts/raw/p/{}
  GET W/scripts/deployment_status/h/{}
  POST W/scripts/archive/p/{}
  POST W/scripts/delete/p/{}
  POST W/flows/create
  POST W/flows/update/{}
  POST W/flows/archive/{}
  DELETE W/flows/delete/{}
  GET W/flows/get/{}
  GET W/flows/list
  GET W/flows/exists/{}
  GET W/flows/history/p/{}
  GET W/flows/get/v/{}
  POST W/jobs/run/p/{}
  POST W/jobs/run/h/{}
  POST W/jobs/run/f/{}
  POST W/jobs/run/preview
  POST W/jobs/run/preview_flow
  POST W/jobs/run_wait_result/p/{}
  POST W/jobs/run_wait_result/f/{}
  POST W/jobs/run_wait_result/h/{}
  POST W/jobs/run_wait_result/preview
  POST W/jobs/run_wait_result/preview_flow
  GET W/jobs/run_wait_result/p/{}
  POST W/jobs/run/dependencies_async
  POST W/jobs/run/flow_dependencies_async
  GET W/jobs_u/get/{}
  GET W/jobs_u/get_logs/{}
  GET W/jobs_u/getupdate/{}
  GET W/jobs_u/completed/get/{}
  GET W/jobs_u/completed/get_result/{}
  GET W/jobs_u/completed/get_result_maybe/{}
  GET W/jobs_u/get_root_job_id/{}
  GET W/jobs_u/get_args/{}
  POST W/jobs_u/queue/cancel/{}
  POST W/jobs_u/queue/force_cancel/{}
  GET W/jobs/list
  GET W/jobs/queue/list
  GET W/jobs/completed/list
  GET W/jobs/queue/count
  GET W/jobs/completed/count
  GET W/jobs/queue/position/{}
  POST W/jobs/restart/f/{}
  GET W/jobs/resume_urls/{}/{}
  GET W/jobs_u/resume/{}/{}/{}
  POST W/jobs_u/resume/{}/{}/{}
  GET W/jobs_u/cancel/{}/{}/{}
  POST W/jobs_u/cancel/{}/{}/{}
  GET W/jobs_u/get_flow/{}/{}/{}
  POST W/jobs_u/flow/resume_suspended/{}
  POST W/jobs/flow/resume/{}
  GET W/jobs/flow/user_states/{}/{}
  POST W/jobs/flow/user_states/{}/{}
  POST W/job_metrics/set_progress/{}
  GET W/job_metrics/get_progress/{}
  POST W/jobs/wac/inline_checkpoint/{}
  GET W/jobs/wac_approval_urls/{}/{}
  POST W/jobs/run/workflow_as_code/{}/{}
  POST W/resources/create
  POST W/resources/update/{}
  POST W/resources/update_value/{}
  GET W/resources/get/{}
  GET W/resources/get_value/{}
  GET W/resources/get_value_interpolated/{}
  GET W/resources/exists/{}
  GET W/resources/list
  DELETE W/resources/delete/{}
  POST W/resources/type/create
  POST W/resources/type/update/{}
  GET W/resources/type/get/{}
  GET W/resources/type/exists/{}
  GET W/resources/type/list
  GET W/resources/type/listnames
  DELETE W/resources/type/delete/{}
  GET W/resources/file_resource_type_to_file_ext_map
  POST W/variables/create
  POST W/variables/update/{}
  GET W/variables/get/{}
  GET W/variables/get_value/{}
  GET W/variables/exists/{}
  GET W/variables/list
  GET W/variables/list_contextual
  DELETE W/variables/delete/{}
  POST W/schedules/create
  POST W/schedules/update/{}
  POST W/schedules/setenabled/{}
  GET W/schedules/get/{}
  GET W/schedules/exists/{}
  GET W/schedules/list
  DELETE W/schedules/delete/{}
  POST schedules/preview
  GET workers/list
  GET configs/list_worker_groups
  GET jobs/completed/count_by_tag
  POST W/folders/create
  POST W/folders/update/{}
  GET W/folders/get/{}
  GET W/folders/exists/{}
  GET W/folders/list
  GET W/folders/listnames
  DELETE W/folders/delete/{}
  POST W/folders/addowner/{}
  POST W/folders/removeowner/{}
  POST W/groups/create
  POST W/groups/update/{}
  GET W/groups/get/{}
  GET W/groups/list
  GET W/groups/listnames
  POST W/groups/adduser/{}
  POST W/groups/removeuser/{}
  DELETE W/groups/delete/{}
  GET W/acls/get/script/{}
  POST W/acls/add/script/{}
  POST W/acls/remove/script/{}
  GET W/apps/list
  GET W/apps/get/p/{}
  POST W/apps/create
  POST W/apps/update/{}
  DELETE W/apps/delete/{}
  GET W/apps/exists/{}
  POST W/http_triggers/create
  POST W/http_triggers/update/{}
  GET W/http_triggers/get/{}
  GET W/http_triggers/list
  GET W/http_triggers/exists/{}
  DELETE W/http_triggers/delete/{}
  GET W/kafka_triggers/list
  GET W/email_triggers/list
  GET W/workspaces/get_settings
  GET W/workspaces/get_workspace_name
  POST W/workspaces/edit_error_handler
  POST W/workspaces/edit_success_handler
  POST W/workspaces/edit_webhook
  GET W/workspaces/encryption_key
  POST W/workspaces/encryption_key
  GET W/workspaces/list_ws_specific
  GET W/users/get/{}
  POST W/users/update/{}
  DELETE W/users/delete/{}
  POST W/workspaces/add_user
  POST users/create
  DELETE users/delete/{}
  GET users/list_as_super_admin
  GET W/shared_ui/get
  GET W/audit/list
  GET W/audit/get/{}
  GET W/trash/list
  GET W/inputs/list
  POST W/jobs/add_batch_jobs/{}
  POST W/scripts/raw_temp/store
  POST W/scripts/raw_temp/diff
  GET W/jobs/completed/export
  POST W/jobs/completed/import
  GET W/jobs/queue/export
  POST W/jobs/queue/import
  POST W/jobs/run_inline/p/{}
  POST W/jobs/run_inline/h/{}
  POST W/jobs/run_inline/preview
  POST W/jobs/run_and_stream/p/{}
  GET W/jobs/run_and_stream/p/{}
  POST W/jobs/run_and_stream/h/{}
  POST W/jobs/run_and_stream/f/{}
  GET W/jobs_u/getupdate_sse/{}
  DELETE W/job_helpers/delete_s3_file
  GET W/job_helpers/list_stored_files
  GET W/job_helpers/load_file_metadata
  POST W/oidc/token/{}
  GET docs/search
  GET docs/page
`;

/** They answer 501, or 404 where Windmill does not publish them either. */
const notBuilt = `
  GET W/jobs/slack_approval/{}
  GET W/jobs/dbt_graph/{}
`;

const shapeOf = (address: string): string =>
  address.replace(/:\w+|\*|\{\w+\}/g, '{}').replace(' W/', ' w/{}/');

const listed = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => shapeOf(line.trim()));

describe('what clients of Windmill need', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it('is built, but for what stands here', async () => {
    // What is in no table of rows, streams say, is in the server's own list.
    const described = await (await server.fetch('/api/openapi.yaml')).text();
    const { paths } = JSON.parse(described) as { paths: Record<string, object> };
    const mounted = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice(1)}`),
    );
    const own = windmillAddresses.map((address) => address.replace('/api/', ''));
    const have = new Set([...own, ...mounted].map(shapeOf));
    assert.deepEqual(
      listed(built).filter((address) => !have.has(address)),
      [],
      'not built',
    );
    assert.deepEqual(
      listed(notBuilt).filter((address) => have.has(address)),
      [],
      'built by now',
    );
  });
});
