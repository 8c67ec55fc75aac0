// Verifies a job of a registered Windmill by asking that server, with the job's own token. The
// token is a JWT that only the server can check: what it says counts once the server took it.
import { AppError, type Clock, isUuid, sha256 } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import { servicesOf } from '../../engine/index.ts';
import { refusal } from '../reasons.ts';
import type { Instance } from './registry.ts';
import type { RunCode, VerifiedRun } from './run.ts';
import { type WindmillCallback, windmillCallback, type WindmillJob } from './windmill-callback.ts';

/** Clocks of two servers differ. */
const leewayMs = 60_000;
const deepest = 10;
/** Refusals are remembered, so that nobody uses us to knock at the other server. */
const rememberMs = 5_000;
const mostRemembered = 1_000;

/** Nobody started these: they run for who set them up. */
const manual = new Set(['', 'ui', 'webhook', 'mcp']);
/** Windmill's own doings, which are no people. */
const sentinel = /^superadmin_(?:secret|notification|sync)@windmill\.dev$/;

interface Claims {
  jobId: string;
  workspace: string;
  label: string;
  expiresAt: number;
}

const unverified = (message: string, hint?: string) =>
  refusal('caller_unverified', message, hint === undefined ? {} : { hint });

/** What the token says of itself, which nobody has checked yet. */
function claimsIn(token: string): Claims {
  const [, payload = ''] = /^jwt_[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token) ?? [];
  let said: Record<string, unknown> = {};
  try {
    said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    // What it is not is told below.
  }
  const { job_id: jobId, workspace_id: workspace, exp, label } = said ?? {};
  const isJob = typeof jobId === 'string' && isUuid(jobId) && typeof workspace === 'string';
  if (isJob && typeof exp === 'number' && /^ephemeral-script\b/.test(String(label))) {
    return { jobId, workspace, label: String(label), expiresAt: exp * 1000 };
  }
  throw unverified(
    'This is no token of a job of that Windmill.',
    'Send the token that the job itself has (WM_TOKEN); tokens of people are not taken.',
  );
}

type Known<Answer> = Exclude<Answer, 'refused' | undefined>;

function known<Answer>(answer: Answer | 'refused' | undefined, what: string): Known<Answer> {
  if (answer !== undefined && answer !== 'refused') return answer as Known<Answer>;
  throw unverified(`The Windmill server knows no such ${what}.`);
}

/** The token is good there, and its holder somebody who may be acted for. */
async function holderOf(server: WindmillCallback): Promise<string> {
  const member = await server.member();
  if (member === 'refused' || member === undefined) {
    throw refusal('job_token_forged', 'The Windmill server does not accept this token.');
  }
  const person = known(await server.person(), 'person');
  if (member.disabled === true || person.disabled === true) {
    throw refusal('subject_disabled', 'This person is disabled at the Windmill server.');
  }
  const isService = member.is_service_account === true || person.login_type === 'service_account';
  if (isService || member.non_member === true || person.verified === false) {
    throw refusal('subject_not_allowed', 'Only a member with a verified address is acted for.');
  }
  const email = member.email.toLowerCase();
  if (email === person.email.toLowerCase()) return email;
  throw unverified('The Windmill server contradicts itself about who this is.');
}

function assertUnderWay({ type, running, canceled }: WindmillJob): void {
  if (type === 'QueuedJob' && running === true && canceled !== true) return;
  throw refusal('job_not_running', 'The run that this job belongs to is over or canceled.');
}

/** The job and the flows around it, all under way in the registered workspace. */
async function chainOf(
  server: WindmillCallback,
  { jobId, workspace }: Claims,
): Promise<WindmillJob[]> {
  const chain: WindmillJob[] = [];
  for (let id: string | null | undefined = jobId; id;) {
    const job: WindmillJob = known(await server.job(id), 'job');
    if (job.id !== id || (job.workspace_id ?? workspace) !== workspace) {
      throw unverified('The Windmill server answers with another job.');
    }
    assertUnderWay(job);
    chain.push(job);
    if (chain.length > deepest) throw unverified(`Flows are more than ${deepest} deep.`);
    id = job.is_flow_step === true ? job.parent_job : undefined;
  }
  const root = known(await server.rootOf(jobId), 'run');
  if (root === chain.at(-1)?.id) return chain;
  throw unverified('The Windmill server contradicts itself about which run this is.');
}

function assertDeployed(chain: readonly WindmillJob[]): void {
  const root = chain.at(-1);
  const isPreview =
    root?.job_kind === 'preview' || chain.some((job) => job.job_kind === 'flowpreview');
  if (!isPreview) return;
  throw refusal('job_is_preview', 'A preview acts for nobody: its code was never deployed.', {
    hint: 'Deploy the flow, and run what is deployed.',
  });
}

/** Whom the run acts for, by e-mail address: see `subjectOf` of the own engine. */
async function subjectOf(
  server: WindmillCallback,
  { root, label, behalf }: { root: WindmillJob; label: string; behalf: string | undefined },
): Promise<string> {
  const email = root.email.toLowerCase();
  const trigger = root.trigger_kind ?? (root.schedule_path ? 'schedule' : '');
  if (root.permissioned_as.startsWith('g/') || sentinel.test(email)) {
    throw refusal('subject_not_allowed', `${root.permissioned_as} is no person.`);
  }
  if (trigger === 'app') {
    if (label !== `ephemeral-script-end-user-${root.created_by}`) {
      throw refusal('subject_not_allowed', 'Nobody is logged in to the app that started this.');
    }
    return server.emailOf(root.created_by);
  }
  if (trigger === 'schedule') {
    const schedule = known(await server.schedule(root.schedule_path ?? ''), 'schedule');
    const fits = schedule.is_flow && schedule.script_path === root.script_path;
    if (fits && schedule.email.toLowerCase() === email) return email;
    throw unverified('The schedule says another flow or owner than the run.');
  }
  if (!manual.has(trigger)) return email;
  const starter = await server.emailOf(root.created_by);
  return starter !== email && behalf === email ? email : starter;
}

/** What runs around the job, and who wrote it. Inline code is part of its flow. */
async function codeOf(
  server: WindmillCallback,
  chain: readonly WindmillJob[],
): Promise<{ code: RunCode[]; flow: Known<Awaited<ReturnType<typeof server.flow>>> | undefined }> {
  const code: RunCode[] = [];
  let flow: Known<Awaited<ReturnType<typeof server.flow>>> | undefined;
  for (const { job_kind: kind, script_path: path, script_hash: hash, ...job } of chain) {
    if (kind === 'flow' && path) {
      flow = known(await server.flow(path), 'flow');
      const began = Date.parse(job.created_at ?? job.started_at ?? '');
      if (!(Date.parse(flow.edited_at) <= began)) {
        throw refusal('declaration_invalid', `${path} was deployed anew since this run began.`, {
          hint: 'Run it again.',
        });
      }
      const version = String(flow.version_id ?? flow.edited_at);
      code.push({ what: `flow ${path}`, version, by: await server.emailOf(flow.edited_by) });
    } else if (kind === 'script' && hash) {
      const script = known(await server.script(hash), 'script');
      const by = await server.emailOf(script.created_by);
      code.push({ what: `script ${path ?? ''}`, version: hash, by });
    }
  }
  // The last one is that of the root.
  return { code, flow: chain.at(-1)?.job_kind === 'flow' ? flow : undefined };
}

export interface WindmillDeps {
  egress: Pick<Egress, 'fetch'>;
  clock: Clock;
  /** The username of a member here, by e-mail address. */
  usernameOf: (workspace: string, email: string) => Promise<string | undefined>;
}

export interface VerifyWindmill {
  /** Throws a refusal for whatever is no running job of a deployed flow there. */
  (workspace: string, instance: Instance, token: string): Promise<VerifiedRun>;
}

export function createWindmillVerifier(deps: WindmillDeps): VerifyWindmill {
  const { egress, clock, usernameOf } = deps;
  const refused = new Map<string, { error: AppError; until: number }>();

  async function verify(
    workspace: string,
    instance: Instance,
    token: string,
  ): Promise<VerifiedRun> {
    const claims = claimsIn(token);
    if (claims.expiresAt + leewayMs < clock.now()) {
      throw refusal('job_token_expired', 'The token of the job has expired.');
    }
    if (claims.workspace !== instance.remoteWorkspace) {
      throw refusal('workspace_mismatch', 'The job is of another workspace than is registered.');
    }
    const { address, remoteWorkspace } = instance;
    const server = windmillCallback({ egress, address, workspace: remoteWorkspace, token });
    const holder = await holderOf(server);
    const chain = await chainOf(server, claims);
    const [job] = chain;
    const root = chain.at(-1);
    if (!job || !root || job.email.toLowerCase() !== holder) {
      throw unverified('The token and the job are of different people.');
    }
    assertDeployed(chain);
    const { code, flow } = await codeOf(server, chain);
    const behalf = flow?.on_behalf_of_email?.toLowerCase();
    const email = await subjectOf(server, { root, label: claims.label, behalf });
    const subject = email === '' ? undefined : await usernameOf(workspace, email);
    if (subject === undefined) {
      throw refusal('subject_unknown', 'Whom the run acts for is no member of this workspace.');
    }
    return {
      workspace,
      instance: instance.id,
      remoteWorkspace,
      flowPath: root.script_path ?? '',
      jobId: claims.jobId,
      subject,
      subjectName: email,
      block: flow ? servicesOf(flow.value) : undefined,
      code,
      // By the clock of that server, which ours may be ahead of.
      tokenExpiresAt: claims.expiresAt + leewayMs,
    };
  }

  return async (workspace, instance, token) => {
    const key = `${workspace} ${instance.id} ${sha256(token)}`;
    const earlier = refused.get(key);
    if (earlier && earlier.until > clock.now()) throw earlier.error;
    try {
      return await verify(workspace, instance, token);
    } catch (error) {
      // What could not be asked is asked again at once.
      if (!(error instanceof AppError) || error.code === 'unavailable') throw error;
      refused.delete(key);
      refused.set(key, { error, until: clock.now() + rememberMs });
      for (const oldest of refused.keys()) {
        if (refused.size <= mostRemembered) break;
        refused.delete(oldest);
      }
      throw error;
    }
  };
}
