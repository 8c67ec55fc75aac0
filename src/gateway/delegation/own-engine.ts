// Verifies a job of this product: its token names a running job, whose row says the rest. Nothing
// that the job itself says is believed.
import { type Engine, servicesOf } from '../../engine/index.ts';
import { refusal } from '../reasons.ts';
import { localInstance, type RunCode, type VerifiedRun } from './run.ts';

export type OwnEngine = Pick<Engine, 'provenanceOf' | 'jobRuns'>;

type Provenance = NonNullable<Awaited<ReturnType<OwnEngine['provenanceOf']>>>;
type RunLink = Provenance['chain'][number];

/** Nobody started these: they run for who set them up. */
const events = new Set(['schedule', 'http']);

const previewKinds = new Set(['preview', 'flowpreview']);

function assertDeployed(chain: readonly RunLink[]): void {
  const root = chain.at(-1);
  const isPreview =
    chain.some(({ kind }) => kind === 'flowpreview') || previewKinds.has(root?.kind ?? '');
  if (!isPreview) return;
  throw refusal('job_is_preview', 'A preview acts for nobody: its code was never deployed.', {
    hint: 'Deploy the flow and run that; in a preview give steps that call services a mock.',
  });
}

function assertUnderWay({ chain, whole }: Provenance): void {
  if (whole && !chain.some(({ canceled }) => canceled)) return;
  throw refusal('job_not_running', 'The run that this job belongs to is over or canceled.');
}

/** The username that a principal stands for; throws for groups. */
function personIn(principal: string): string {
  if (principal.startsWith('u/')) return principal.slice(2);
  throw refusal('subject_not_allowed', `${principal} is no person, so nobody can be acted for.`, {
    hint: 'Let the flow run as a member of the workspace.',
  });
}

/**
 * Whom the run acts for. What an event started: who set the trigger up. What a person started: that
 * person, or whom the flow says that it runs on behalf of.
 */
function subjectOf({ createdBy, permissionedAs, triggerKind, ...root }: RunLink): string {
  if (triggerKind === 'app') {
    if (createdBy !== 'anonymous' && root.endUserEmail) return createdBy;
    throw refusal('subject_not_allowed', 'Nobody is logged in to the app that started this run.');
  }
  if (triggerKind !== null && events.has(triggerKind)) return personIn(permissionedAs);
  const runsAs = personIn(permissionedAs);
  return runsAs === createdBy ? createdBy : runsAs;
}

/** What runs around the job, and who wrote it. Inline code is part of its flow. */
function codeOf(chain: readonly RunLink[]): RunCode[] {
  return chain.flatMap(({ kind, path, hash, version, writtenBy }) => {
    if (version !== null) {
      return [{ what: `flow ${path ?? ''}`, version: String(version), by: writtenBy ?? '' }];
    }
    if (kind !== 'script' || hash === null) return [];
    return [{ what: `script ${path ?? ''}`, version: hash, by: writtenBy ?? '' }];
  });
}

/** Throws a refusal for whatever is no running job of a deployed flow. */
export async function verifyOwn(engine: OwnEngine, token: string): Promise<VerifiedRun> {
  if (!token.startsWith('mrj_')) {
    throw refusal('caller_unverified', 'This is no token of a job of this server.', {
      hint: 'Send the token that the job itself has (WM_TOKEN), as subject_token.',
    });
  }
  const found = await engine.provenanceOf(token);
  if (!found) {
    throw refusal('job_not_running', 'This token belongs to no running job.', {
      hint: 'A job exchanges its own token while it runs.',
    });
  }
  const { workspace, chain } = found;
  const [job] = chain;
  const root = chain.at(-1) ?? job;
  assertDeployed(chain);
  assertUnderWay(found);
  const subject = subjectOf(root);
  return {
    workspace,
    instance: localInstance,
    remoteWorkspace: workspace,
    flowPath: root.path ?? '',
    jobId: job.id,
    subject,
    subjectName: subject,
    block: root.kind === 'flow' && root.value ? servicesOf(root.value) : undefined,
    code: codeOf(chain),
    tokenExpiresAt: null,
  };
}
