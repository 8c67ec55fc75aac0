// All tables in one list.
import { absentRows } from './absent.ts';
import { aclRows } from './acls.ts';
import { approvalRows } from './approvals.ts';
import { appRows } from './apps.ts';
import { auditRows } from './audit.ts';
import { authRows } from './auth.ts';
import { concurrencyRows } from './concurrency-groups.ts';
import { documentationRows } from './documentation.ts';
import { favoriteRows } from './favorites.ts';
import { fileRows } from './files.ts';
import { flowRows } from './flows.ts';
import { folderRows } from './folders.ts';
import { groupRows } from './groups.ts';
import { inputRows } from './inputs.ts';
import { jobNoteRows } from './job-notes.ts';
import { inviteRows } from './invites.ts';
import { jobListRows } from './job-lists.ts';
import { jobTransferRows } from './job-transfer.ts';
import { jobRows } from './jobs.ts';
import { localScriptRows } from './local-scripts.ts';
import { lockRows } from './locks.ts';
import { idTokenRows } from './id-tokens.ts';
import { httpTriggerRows } from './http-triggers.ts';
import { resourceTypeRows } from './resource-types.ts';
import { resourceRows } from './resources.ts';
import { restartRows } from './restart.ts';
import { runRows } from './runs.ts';
import { scheduleRows } from './schedules.ts';
import { scriptRows } from './scripts.ts';
import { settingsRows } from './settings.ts';
import type { Row } from './table.ts';
import { trashRows } from './trash.ts';
import { userRows } from './users.ts';
import { variableRows } from './variables.ts';
import { workerRows } from './workers.ts';
import { workflowRows } from './workflows.ts';
import { workspaceRows } from './workspaces.ts';

export const rows: readonly Row[] = [
  ...authRows,
  ...userRows,
  ...inviteRows,
  ...workspaceRows,
  ...settingsRows,
  ...scriptRows,
  ...flowRows,
  ...appRows,
  ...runRows,
  ...localScriptRows,
  ...lockRows,
  ...jobListRows,
  ...jobRows,
  ...jobTransferRows,
  ...jobNoteRows,
  ...approvalRows,
  ...restartRows,
  ...scheduleRows,
  ...httpTriggerRows,
  ...variableRows,
  ...resourceTypeRows,
  ...resourceRows,
  ...folderRows,
  ...groupRows,
  ...favoriteRows,
  ...inputRows,
  ...trashRows,
  ...aclRows,
  ...workerRows,
  ...fileRows,
  ...idTokenRows,
  ...workflowRows,
  ...auditRows,
  ...concurrencyRows,
  ...documentationRows,
  ...absentRows,
];
