// `/api/w/{ws}/workspaces/*` about the workspace itself: its settings, key and environment.
import { AppError } from '../../base/index.ts';
import { type WorkspaceSettingsOutput, workspaceSettingsShape } from '../shapes/index.ts';
import { filled } from './fields.ts';
import { get, json, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const workspaces = 'w/:workspace/workspaces';
const changed = text(() => 'workspace changed');

/** `''` is how forms say nothing. */
const orNull = (value: unknown): unknown => (value === undefined || value === '' ? null : value);

/** Bodies of today, and of before, with the kind in the names of their fields. */
function handlerInput(kind: 'error' | 'success', request: WireRequest): Record<string, unknown> {
  const body = request.fields();
  const field = (name: string, before: string): unknown => body[name] ?? body[before];
  const legacy = `${kind}_handler`;
  if (body['fallback_to_instance_alerts'] === true) {
    throw new AppError('not_implemented', 'Not built: alerts of the instance.', {
      hint: 'Leave fallback_to_instance_alerts out, and name a handler.',
    });
  }
  return {
    kind,
    path: orNull(field('path', legacy)),
    allowMissing: request.query.flag('allow_missing') ?? request.fromCli,
    ...filled({
      extraArgs: field('extra_args', `${legacy}_extra_args`),
      mutedOnCancel: field('muted_on_cancel', `${legacy}_muted_on_cancel`),
      mutedOnUserPath: body['muted_on_user_path'],
    }),
  };
}

const handlerRow = (kind: 'error' | 'success'): Row =>
  post({
    path: `${workspaces}/edit_${kind}_handler`,
    operation: 'handlers.set',
    input: (request) => handlerInput(kind, request),
    answer: changed,
  });

const change = (path: string, input: (request: WireRequest) => unknown): Row =>
  post({ path: `${workspaces}/${path}`, operation: 'workspaces.update', input, answer: changed });

export const settingsRows: readonly Row[] = [
  get({
    path: `${workspaces}/get_settings`,
    operation: 'workspaces.settings',
    input: () => ({}),
    answer: json(workspaceSettingsShape),
  }),
  get({
    path: `${workspaces}/get_workspace_name`,
    operation: 'workspaces.settings',
    input: () => ({}),
    answer: text(({ name }: WorkspaceSettingsOutput) => name),
  }),
  get({
    path: `${workspaces}/default_app`,
    operation: 'workspaces.settings',
    input: () => ({}),
    answer: json(({ defaultApp }: WorkspaceSettingsOutput) => ({ default_app_path: defaultApp })),
  }),
  change('change_workspace_name', (request) => ({ name: request.fields()['new_name'] })),
  change('change_workspace_color', (request) => ({ color: orNull(request.fields()['color']) })),
  change('edit_default_app', (request) => ({
    defaultApp: orNull(request.fields()['default_app_path']),
  })),
  handlerRow('error'),
  handlerRow('success'),
  post({
    path: `${workspaces}/edit_webhook`,
    operation: 'webhooks.set',
    input: (request) => ({ address: orNull(request.fields()['webhook']) }),
    answer: changed,
  }),
  get({
    path: `${workspaces}/encryption_key`,
    operation: 'variables.exportKey',
    input: () => ({}),
    answer: json(),
  }),
  post({
    path: `${workspaces}/encryption_key`,
    operation: 'variables.setKey',
    input: (request) => {
      const { new_key, skip_reencrypt } = request.fields();
      return { key: new_key, reencrypt: skip_reencrypt !== true };
    },
    answer: text(() => 'encryption key changed'),
  }),
  post({
    path: `${workspaces}/set_environment_variable`,
    operation: 'variables.setEnvironment',
    input: (request) => {
      const { name, value } = request.fields();
      return { name, value: orNull(value) };
    },
    answer: text(() => 'environment variable set'),
  }),
];
