// Asks a registered Windmill about a job, with the job's own token: at the registered address
// alone, without redirects, within seconds and kilobytes. What cannot be asked is refused.
import { z } from 'zod';
import { AppError } from '../../base/index.ts';
import { type Egress, readText } from '../../egress/index.ts';
import { refusal } from '../reasons.ts';

/** Of each answer; a flow holds the code of its steps. */
const maxBytes = 64 * 1024;
const maxFlowBytes = 1024 * 1024;
const withinMs = 3_000;

const text = z.string().max(1000);
const flag = z.boolean().nullish();

const shapes = {
  member: z.looseObject({
    email: text,
    username: text,
    disabled: flag,
    non_member: flag,
    is_service_account: flag,
  }),
  person: z.looseObject({
    email: text,
    login_type: text.nullish(),
    verified: flag,
    disabled: flag,
  }),
  job: z.looseObject({
    id: text,
    type: text,
    job_kind: text,
    created_by: text,
    email: text,
    permissioned_as: text,
    running: flag,
    canceled: flag,
    is_flow_step: flag,
    workspace_id: text.nullish(),
    script_path: text.nullish(),
    script_hash: text.nullish(),
    parent_job: text.nullish(),
    schedule_path: text.nullish(),
    trigger_kind: text.nullish(),
    created_at: text.nullish(),
    started_at: text.nullish(),
  }),
  flow: z.looseObject({
    value: z.record(z.string(), z.unknown()),
    edited_by: text,
    edited_at: text,
    version_id: z.union([z.number(), text]).nullish(),
    on_behalf_of_email: text.nullish(),
  }),
  schedule: z.looseObject({
    email: text,
    script_path: text,
    is_flow: z.boolean(),
    enabled: flag,
  }),
  script: z.looseObject({ created_by: text }),
};

export type WindmillJob = z.infer<typeof shapes.job>;
export type WindmillFlow = z.infer<typeof shapes.flow>;

export interface CallbackOf {
  egress: Pick<Egress, 'fetch'>;
  address: string;
  workspace: string;
  token: string;
}

const unavailable = (why: string, cause?: unknown) =>
  refusal('verifier_unavailable', `The Windmill server ${why}.`, {
    hint: 'Try again; without its answer nobody is acted for.',
    cause,
  });

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** What a server said, if it did. */
type Said = { text: string } | 'refused' | undefined;

export type WindmillCallback = ReturnType<typeof windmillCallback>;

export function windmillCallback({ egress, address, workspace, token }: CallbackOf) {
  const place = `/w/${encodeURIComponent(workspace)}`;

  /** 'refused' for 401 and 403, undefined for 404. */
  async function ask(path: string, most: number): Promise<Said> {
    const signal = AbortSignal.timeout(withinMs);
    try {
      const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
      const answer = await egress.fetch(`${address}/api${path}`, { headers, signal });
      if (answer.ok) return { text: await readText(answer, most) };
      await answer.body?.cancel();
      if (answer.status === 401 || answer.status === 403) return 'refused';
      if (answer.status === 404) return undefined;
      throw unavailable(`answers ${answer.status}`);
    } catch (error) {
      if (signal.aborted) throw unavailable(`gives no answer in ${withinMs / 1000} s`);
      if (!(error instanceof AppError)) throw unavailable('cannot be asked', error);
      if (error.details?.['reason_code'] !== undefined) throw error;
      throw unavailable(error.code === 'too_large' ? 'says too much' : 'cannot be reached', error);
    }
  }

  async function read<Shape extends z.ZodType>(
    shape: Shape,
    path: string,
    most = maxBytes,
  ): Promise<z.infer<Shape> | 'refused' | undefined> {
    const said = await ask(path, most);
    if (said === undefined || said === 'refused') return said;
    try {
      return shape.parse(JSON.parse(said.text));
    } catch (error) {
      throw unavailable('answers what is not understood', error);
    }
  }

  return {
    member: () => read(shapes.member, `${place}/users/whoami`),
    person: () => read(shapes.person, '/users/whoami'),
    job: (id: string) =>
      read(shapes.job, `${place}/jobs_u/get/${encodeURIComponent(id)}?no_logs=true&no_code=true`),
    rootOf: (id: string) => read(text, `${place}/jobs_u/get_root_job_id/${encodeURIComponent(id)}`),
    flow: (path: string) => read(shapes.flow, `${place}/flows/get/${encoded(path)}`, maxFlowBytes),
    schedule: (path: string) => read(shapes.schedule, `${place}/schedules/get/${encoded(path)}`),
    script: (hash: string) =>
      read(shapes.script, `${place}/scripts/get/h/${encodeURIComponent(hash)}`, maxFlowBytes),
    /** The address of a member, in small letters; '' when there is no such. */
    async emailOf(username: string): Promise<string> {
      const path = `${place}/users/username_to_email/${encodeURIComponent(username)}`;
      const said = await ask(path, maxBytes);
      return said === undefined || said === 'refused' ? '' : emailIn(said.text);
    },
  };
}

/** Windmill answers this one as plain text; proxies and stand-ins quote it. */
function emailIn(said: string): string {
  return said
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();
}
