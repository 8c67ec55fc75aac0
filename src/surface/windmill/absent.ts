// What Windmill has and Millrace will not have, where its clients need an answer: empty, for
// members of the workspace.
import { get, json, type Row } from './table.ts';

const triggerKinds = [
  'websocket',
  'kafka',
  'nats',
  'postgres',
  'mqtt',
  'amqp',
  'sqs',
  'gcp',
  'azure',
  'email',
];

const nothing = (path: string, value: unknown): Row =>
  get({
    path: `w/:workspace/${path}`,
    operation: 'users.whoami',
    input: () => ({}),
    answer: json(() => value),
  });

export const absentRows: readonly Row[] = [
  ...triggerKinds.map((kind) => nothing(`${kind}_triggers/list`, [])),
  nothing('workspaces/list_ws_specific', []),
  nothing('workspaces/get_secondary_storage_names', []),
  nothing('shared_ui/get', { files: {}, version: 0, edited_at: '', edited_by: '' }),
];
