// The list of commands, in the order in which help shows them.
import type { Command } from '../command.ts';
import { doctor } from './doctor.ts';
import { help } from './help.ts';
import { jobCancel } from './job-cancel.ts';
import { jobGet } from './job-get.ts';
import { jobList } from './job-list.ts';
import { jobLogs } from './job-logs.ts';
import { op } from './op.ts';
import { queues } from './queues.ts';
import { scriptGet } from './script-get.ts';
import { scriptList } from './script-list.ts';
import { scriptPush } from './script-push.ts';
import { scriptRun } from './script-run.ts';
import { backup, restore, start, worker } from './server.ts';
import { templatesAdd } from './templates-add.ts';
import { templatesList } from './templates-list.ts';
import { tokenCreate } from './token-create.ts';
import { tokenDelete, tokenRevoke } from './token-delete.ts';
import { tokenList } from './token-list.ts';
import { tokenRotate } from './token-rotate.ts';
import { version } from './version.ts';
import { workerLogs } from './worker-logs.ts';

export const commands: readonly Command[] = [
  start,
  worker,
  doctor,
  backup,
  restore,
  scriptPush,
  scriptRun,
  scriptList,
  scriptGet,
  jobList,
  jobGet,
  jobLogs,
  jobCancel,
  queues,
  workerLogs,
  templatesList,
  templatesAdd,
  tokenCreate,
  tokenList,
  tokenRotate,
  tokenDelete,
  tokenRevoke,
  op,
  version,
  help(() => commands),
];
